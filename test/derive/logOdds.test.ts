import { describe, expect, it } from "vitest";
import { cellLogOdds } from "../../lib/derive/logOdds";
import { type ProbabilityMethod, probabilitiesOf } from "../../lib/derive/probabilitiesOf";

const at = (...rows: number[][]) => ({ cells: [rows], depth: [], width: [] });
const odds = (rows: number[][], method: ProbabilityMethod, temperature: number) =>
  cellLogOdds(at(...rows), method, temperature)[0] as number[][];

describe("cellLogOdds", () => {
  it.each([
    ["softmax", 1],
    ["softmax", 0.5],
    ["sigmoid", 1],
    ["sigmoid", 2],
  ] as const)("are ln(p / (1 - p)) of the probabilities: %s, T = %s", (method, temperature) => {
    const alphas = at([0.3, -1, 2], [4, 4.1, -3]);
    const p = probabilitiesOf(alphas, method, temperature).cells[0] as number[][];
    cellLogOdds(alphas, method, temperature)[0]?.forEach((row, e) => {
      row.forEach((value, o) => {
        const own = p[e]?.[o] as number;
        expect(value).toBeCloseTo(Math.log(own / (1 - own)), 9);
      });
    });
  });

  it("stay apart where probabilities round to 1 or 0", () => {
    expect(odds([[2, 2.5, 3]], "sigmoid", 0.01)).toEqual([[200, 250, 300]]);
    const pair = [
      [0, -9, 4],
      [0, -9.5, 5],
    ];
    const rows = odds(pair, "softmax", 0.01);
    expect(rows[0]?.[2]).toBeCloseTo(400, 9);
    expect(rows[1]?.[2]).toBeCloseTo(500, 9);
    expect(rows[0]?.[1]).toBeCloseTo(-1300, 9);
    expect(rows[1]?.[1]).toBeCloseTo(-1450, 9);
  });

  it("are equal, to the last digit, of rows with the same alphas in another order, so that ties stay ties", () => {
    const row = [0.1, 0.7, -0.4, 0.2];
    const [first, second] = odds([row, [...row].reverse()], "softmax", 0.3);
    expect(second).toEqual(first?.reverse());
  });

  it("are infinite for an only operation", () => {
    expect(odds([[0.4]], "softmax", 1)).toEqual([[Infinity]]);
  });
});
