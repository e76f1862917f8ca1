import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { alphaDrift } from "../../lib/derive/alphaDrift";
import type { SearchRecord } from "../../lib/records/searchRecord";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { projectFolder } from "../../lib/util/projectFolder";

/** A search whose one edge and one stage had these alphas at the start and after each epoch. */
function search(edge: number[][], width: number[][] = edge, method = "softmax"): SearchRecord {
  const at = (i: number) => ({ cells: [[edge[i]]], depth: [[]], width: [width[i]] });
  return {
    config: { samplers: { cell: { method } } },
    startAlphas: at(0),
    epochs: edge.slice(1).map((_, i) => ({ epoch: i, alphas: at(i + 1) })),
  } as unknown as SearchRecord;
}

describe("alphaDrift", () => {
  it("is 1 where every epoch pushes the same way, −1 where two swing back and forth, 0 at right angles", () => {
    expect(
      alphaDrift(
        search([
          [0, 0],
          [1, -1],
          [4, -4],
        ]),
      ).cells,
    ).toBeCloseTo(1, 12);
    expect(
      alphaDrift(
        search([
          [0, 0],
          [1, -1],
          [0, 0],
        ]),
      ).cells,
    ).toBeCloseTo(-1, 12);
    expect(
      alphaDrift(
        search([
          [0, 0, 0],
          [1, -1, 0],
          [2, 0, -2],
        ]),
      ).cells,
    ).toBeCloseTo(0, 12);
  });

  it("takes the mean over all pairs of epochs", () => {
    // Steps right, right, left: cosines 1, -1, -1.
    expect(
      alphaDrift(
        search([
          [0, 0],
          [1, -1],
          [2, -2],
          [1, -1],
        ]),
      ).cells,
    ).toBeCloseTo(-1 / 3, 12);
  });

  it("does not see what softmax does not see, but what independent choices do", () => {
    const shifted = [
      [0, 0],
      [6, 4],
      [12, 8],
    ];
    const back = [
      [0, 0],
      [6, 4],
      [2, 2],
    ];
    expect(alphaDrift(search(shifted)).cells).toBeCloseTo(1, 12);
    expect(alphaDrift(search(back)).cells).toBeCloseTo(-1, 12);
    expect(alphaDrift(search(back, back, "sigmoid")).cells).toBeCloseTo(
      (-4 * 6 - 2 * 4) / Math.sqrt(52 * 20),
      12,
    );
  });

  it("leaves warm-up out, and has no value for levels that are not searched or moved once", () => {
    const still = [
      [0, 0],
      [0, 0],
      [0, 0],
      [1, -1],
      [2, -2],
    ];
    expect(alphaDrift(search(still))).toMatchObject({ cells: expect.closeTo(1, 12), depth: null });
    expect(
      alphaDrift(
        search([
          [0, 0],
          [0, 0],
          [1, -1],
        ]),
      ).width,
    ).toBeNull();
  });

  it.each([
    ["bars-3M-s0", 0.41, 0.62, 0.71],
    ["bars-6M-s0", 0.33, 0.4, 0.55],
    ["bars-12M-s0", 0.15, 0.34, 0.37],
    ["cooled-6M-s0", 0, 0, 0.06],
  ])("is what docs/frontier-earlier.md says of %s", (name, cells, depth, width) => {
    const record = readSearchRecord(join(projectFolder(), "data/records/frontier/searches", `${name}.json`));
    const drift = alphaDrift(record);
    expect(
      [drift.cells, drift.depth, drift.width].map((value) => Math.round((value as number) * 100) / 100 + 0),
    ).toEqual([cells, depth, width]);
  });
});
