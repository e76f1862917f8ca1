import { describe, expect, it } from "vitest";
import { searchConfig } from "../../lib/config/searchConfig";
import { alphasAt, deriveInputOf } from "../../lib/derive/alphasAt";
import { derive } from "../../lib/derive/derive";
import { oneHotAlphas } from "../../lib/derive/oneHotAlphas";
import { randomKey } from "../../lib/random/randomKey";
import type { EpochRecord, SearchRecord } from "../../lib/records/searchRecord";
import { uniformAlphas } from "../../lib/space/randomAlphas";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { DeriveError } from "../../lib/util/errors";

const config = searchConfig({ epochs: 2, warmupEpochs: 0 });
const genotypes = [0, 1].map((seed) => randomGenotype(config.space, randomKey(seed)));
const epochs = genotypes.map(
  (genotype, epoch) => ({ epoch, alphas: oneHotAlphas(genotype, 1) }) as EpochRecord,
);
const record = { config, startAlphas: uniformAlphas(config.space), epochs } as unknown as SearchRecord;

describe("alphasAt", () => {
  it("reads any stored epoch, the start and the end", () => {
    expect(alphasAt(record, "start")).toBe(record.startAlphas);
    expect(alphasAt(record, 0)).toBe(epochs[0]?.alphas);
    expect(alphasAt(record, "last")).toBe(epochs[1]?.alphas);
  });

  it("gives what derive needs, so that a stored search can be derived again at every epoch", () => {
    expect(derive(deriveInputOf(record, 0)).genotype).toEqual(genotypes[0]);
    expect(derive(deriveInputOf(record)).genotype).toEqual(genotypes[1]);
  });

  it("averages a window of epochs", () => {
    const mean = alphasAt(record, { from: 0, to: 1 });
    const [a, b] = epochs.map(({ alphas }) => alphas);
    expect(mean.cells[1]?.[3]).toEqual(
      [0, 1, 2].map((p) => ((a?.cells[1]?.[3]?.[p] ?? 9) + (b?.cells[1]?.[3]?.[p] ?? 9)) / 2),
    );
    expect(mean.depth[0]?.reduce((sum, x) => sum + x, 0)).toBe(1);
    expect(alphasAt(record, { from: 1, to: 1 })).toEqual(epochs[1]?.alphas);
    expect(() => alphasAt(record, { from: 1, to: 2 })).toThrow(
      new DeriveError("alphasAt: epoch must be start, last or one of 0, 1 (counted from 0), got 2."),
    );
    expect(() => alphasAt(record, { from: 1, to: 0 })).toThrow(
      new DeriveError(
        "alphasAt: a window must go from one epoch to the same or a later one, got from 1 to 0.",
      ),
    );
  });

  it("takes the epoch the search chose, unless another is asked for", () => {
    const stopped = { ...record, chosen: { epoch: 0, reason: "rolled back" } };
    expect(deriveInputOf(stopped).alphas).toBe(epochs[0]?.alphas);
    expect(deriveInputOf(stopped, "last").alphas).toBe(epochs[1]?.alphas);
  });

  it("names the stored epochs when asked for another", () => {
    expect(() => alphasAt(record, 7)).toThrow(
      new DeriveError("alphasAt: epoch must be start, last or one of 0, 1 (counted from 0), got 7."),
    );
    expect(() => alphasAt({ ...record, epochs: [] }, "last")).toThrow(
      new DeriveError(
        'alphasAt: epoch must be start (no epoch of this search has ended; run it on for others), got "last".',
      ),
    );
  });
});

describe("oneHotAlphas", () => {
  it("refuses what one choice an edge cannot say", () => {
    const genotype = genotypes[0] as (typeof genotypes)[0];
    const both = ["skip_connect", "bin_conv_3x3"] as const;
    const doubled = { ...genotype, cells: [both.map((primitive) => ({ to: 1, from: 0, primitive })), []] };
    expect(() => oneHotAlphas(doubled, 1)).toThrow(
      new DeriveError("oneHotAlphas: cell group 0, edge1-0: expected one operation at most, got 2."),
    );
    const full = {
      ...doubled,
      space: { ...genotype.space, primitives: ["skip_connect"] as const },
      cells: [[], []],
    };
    expect(() => oneHotAlphas(full, 1)).toThrow(
      new DeriveError(
        "oneHotAlphas: cell group 0, edge1-0: expected an operation, because the space has no none, got an empty edge.",
      ),
    );
  });
});
