import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { storedSearches } from "../../lib/experiments/storedSearches";
import { writeSearchRecord } from "../../lib/records/searchRecordFile";
import { hashJson } from "../../lib/util/canonicalJson";
import { NoRecordError } from "../../lib/util/errors";
import { madeUpRecord } from "../figures/madeUpRecord";
import { temporaryFolder } from "../helpers/tinySearch";

describe("storedSearches", () => {
  it("reads every record of a prefix, in order, and says what there is when none matches", () => {
    const folder = temporaryFolder();
    const made = madeUpRecord("tiny");
    const record = { ...made, configHash: hashJson(made.config) };
    for (const name of ["search-b", "search-a", "train-a"])
      writeSearchRecord(join(folder, `${name}.json`), record);
    expect(storedSearches("search-", folder)).toEqual({ "search-a": record, "search-b": record });
    expect(() => storedSearches("serch-a", folder)).toThrow(
      new NoRecordError(
        `${folder}: expected records whose names begin with "serch-a", found none. The nearest are search-a, search-b.`,
      ),
    );
    expect(() => storedSearches("x", join(folder, "none"))).toThrow("found none. It holds no records.");
  });
});
