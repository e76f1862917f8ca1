import { describe, expect, it } from "vitest";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { derive } from "../../lib/derive/derive";
import { marginNoise } from "../../lib/derive/marginNoise";
import { probabilitiesOf } from "../../lib/derive/probabilitiesOf";
import { readSearchRecord } from "../../lib/records/searchRecordFile";

const record = readSearchRecord("data/records/search-cured-seed0.json");
const { genotype } = derive(deriveInputOf(record));
const soft = { method: "softmax", temperature: 1 } as const;

describe("marginNoise", () => {
  it("is the standard deviation of a margin over the epochs in which alphas moved, by hand", () => {
    const noise = marginNoise(record, "last", genotype, soft);
    // Group 0, edge 1-0 holds bin_conv_3x3, the fourth primitive.
    const margins = record.epochs
      .filter(({ warmup }) => !warmup)
      .map(({ alphas }) => {
        const row = probabilitiesOf(alphas).cells[0]?.[0] as readonly number[];
        return (row[3] as number) - Math.max(...row.slice(0, 3));
      });
    const mean = margins.reduce((sum, value) => sum + value, 0) / margins.length;
    const variance = margins.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (margins.length - 1);
    expect(noise?.cells[0]?.[0]).toBeCloseTo(Math.sqrt(variance), 12);
    expect(noise?.epochs).toBe(margins.length);
    expect(margins.length).toBeGreaterThan(1);
  });

  it("knows nothing at the start, and of fewer than two such epochs", () => {
    expect(marginNoise(record, "start", genotype, soft)).toBeNull();
    const first = record.epochs.findIndex(({ warmup }) => !warmup);
    expect(marginNoise(record, first, genotype, soft)).toBeNull();
    expect(marginNoise(record, first + 1, genotype, soft)?.epochs).toBe(2);
  });

  it("looks at five epochs at most, those up to the end of a window", () => {
    const epochs = Array.from({ length: 9 }, (_, epoch) => ({
      ...(record.epochs[4] as (typeof record.epochs)[number]),
      epoch,
    }));
    const still = marginNoise({ ...record, epochs }, { from: 0, to: 7 }, genotype, soft);
    expect(still?.epochs).toBe(5);
    // Nothing moved.
    expect(still?.cells.flat().every((value) => value < 1e-12)).toBe(true);
  });
});
