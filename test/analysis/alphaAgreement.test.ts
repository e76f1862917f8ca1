import { describe, expect, it } from "vitest";
import { alphaAgreement } from "../../lib/analysis/alphaAgreement";
import { spaceConfig } from "../../lib/config/spaceConfig";
import type { SearchRecord } from "../../lib/records/searchRecord";
import type { Alphas } from "../../lib/space/alphas";
import { BarsError } from "../../lib/util/errors";
import { madeUpRecord } from "../figures/madeUpRecord";

const record = madeUpRecord("usual");

function changed(change: (alpha: number) => number): SearchRecord {
  const rows = (list: readonly (readonly number[])[]) => list.map((row) => row.map(change));
  const of = ({ cells, depth, width }: Alphas): Alphas => ({
    cells: cells.map(rows),
    depth: rows(depth),
    width: rows(width),
  });
  return { ...record, epochs: record.epochs.map((epoch) => ({ ...epoch, alphas: of(epoch.alphas) })) };
}

describe("alphaAgreement", () => {
  it("is 1 between searches that rank alike, whatever is added to a decision's alphas, and −1 between opposites", () => {
    const [same, opposite] = alphaAgreement({
      a: record,
      b: changed((alpha) => 3 * alpha + 7),
      c: changed((alpha) => -alpha),
    });
    expect(same).toMatchObject({ first: "a", second: "b", sameChoice: 1, n: 60 });
    expect(same?.cells).toBeCloseTo(1, 12);
    expect(same?.width).toBeCloseTo(1, 12);
    expect(opposite?.cells).toBeCloseTo(-1, 12);
    expect(opposite?.sameChoice).toBe(0);
  });

  it("sees a shift where every operation is decided alone", () => {
    const { samplers } = record.config;
    const alone = (one: SearchRecord): SearchRecord => ({
      ...one,
      config: {
        ...one.config,
        samplers: { ...samplers, cell: { ...samplers.cell, method: "sigmoid" } },
      } as SearchRecord["config"],
    });
    const [off] = alphaAgreement({ a: alone(record), b: alone(changed((alpha) => alpha - 100)) });
    const edges = record.config.space.steps;
    expect(edges).toBeGreaterThan(0);
    expect(off?.sameChoice).toBeLessThan(0.7);
    expect(off?.width).toBeCloseTo(1, 12);
    const [same] = alphaAgreement({ a: alone(record), b: alone(changed((alpha) => 2 * alpha)) });
    expect(same).toMatchObject({ sameChoice: 1 });
    expect(same?.cells).toBeCloseTo(1, 12);
  });

  it("compares the epochs the searches chose", () => {
    const early = { ...record, chosen: { epoch: 0, reason: "flat" } };
    const first = alphaAgreement({ a: early, b: { ...record, epochs: record.epochs.slice(0, 1) } })[0];
    expect(first?.cells).toBeCloseTo(1, 12);
    expect(alphaAgreement({ a: early, b: record })[0]?.cells).toBeLessThan(0.9);
  });

  it("refuses what cannot be compared", () => {
    expect(() => alphaAgreement({ a: record })).toThrow(
      new BarsError("alphaAgreement: expected at least two records to compare, got 1."),
    );
    expect(() => alphaAgreement({ a: record, b: { ...record, epochs: [] } })).toThrow(
      new BarsError('alphaAgreement: "b": expected at least one finished epoch, got none.'),
    );
    const other = { ...record, config: { ...record.config, space: spaceConfig({ steps: 2 }) } };
    expect(() => alphaAgreement({ a: record, b: other })).toThrow(
      new BarsError('alphaAgreement: "b" searched another space than "a"; compare records of one space.'),
    );
  });
});
