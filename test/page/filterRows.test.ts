import { describe, expect, it } from "vitest";
import { filterRows } from "../../lib/page/report/filterRows";
import type { ReportRow } from "../../lib/page/report/reportData";

const row = { name: "net", test: 0.57, bops: 4.1e6 } as unknown as ReportRow;
const found = (filter: string) =>
  filterRows([row], filter, (one, key) => (one as unknown as Record<string, number>)[key]).length;

describe("filterRows", () => {
  it("reads amounts as the numbers they are written as", () => {
    for (const filter of ["test=57%", "test>=57%", "bops=4.1M", "bops<=4.1M", "bops=4100k", "bops=.0041G"])
      expect(found(filter), filter).toBe(1);
    for (const filter of ["test<57%", "test>57%", "bops>4.1M", "bops<4.1e0M", "bops<4.1e6"])
      expect(found(filter), filter).toBe(0);
  });
});
