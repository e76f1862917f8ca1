import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { searchConfig } from "../../lib/config/searchConfig";
import { trainConfig } from "../../lib/config/trainConfig";
import { hashJson } from "../../lib/util/canonicalJson";

const folder = join(__dirname, "../../data/records");
const records = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".json"))
  .map((path) => ({ path, record: JSON.parse(readFileSync(join(folder, path), "utf8")) }));

describe("settings of stored records", () => {
  it("are accepted as they are, and keep their hash", () => {
    let count = 0;
    for (const { path, record } of records) {
      if (record.kind === "bars.train-record") {
        expect(hashJson(trainConfig(record.config)), path).toBe(hashJson(record.config));
      } else if (record.kind === "bars.search-record" && record.schema === 2) {
        expect(hashJson(searchConfig(record.config)), path).toBe(hashJson(record.config));
      } else continue;
      count++;
    }
    expect(count).toBeGreaterThan(100);
  });
});
