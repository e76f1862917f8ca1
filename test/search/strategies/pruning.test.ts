import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../../lib/backend";
import { searchConfig } from "../../../lib/config/searchConfig";
import { createOptimizer } from "../../../lib/optim/createOptimizer";
import { isPruned, pruneAlphas } from "../../../lib/search/strategies/pruning";
import { AlphaVariables } from "../../../lib/supernet/alphaVariables";
import { probabilityWeights } from "../../../lib/supernet/sampler";

beforeAll(async () => {
  await startBackend();
});

const stages = [
  [2, 3],
  [4, 1],
] as const;

function withAlphas(body: (alphas: AlphaVariables, rows: () => number[][]) => void): void {
  const alphas = new AlphaVariables({
    cells: [
      [
        [0.1, 0.4, 0.2, 0.3],
        [0.5, 0.5, 0.5, 0.4],
      ],
    ],
    depth: [[0, 1]],
    width: [[]],
  });
  body(alphas, () => alphas.cells[0]?.arraySync() as number[][]);
  alphas.dispose();
}

const left = (rows: number[][]) => rows.map((row) => row.flatMap((a, k) => (isPruned(a) ? [] : [k])));

describe("pruneAlphas", () => {
  it("keeps the likeliest at the epochs of its stages; of equals the first", () => {
    withAlphas((alphas, rows) => {
      expect(pruneAlphas(alphas, { stages }, 0)).toBe(0);
      expect(pruneAlphas(alphas, { stages }, 2)).toBe(2);
      expect(left(rows())).toEqual([
        [1, 2, 3],
        [0, 1, 2],
      ]);
      expect(pruneAlphas(alphas, { stages }, 3)).toBe(0);
      expect(pruneAlphas(alphas, { stages }, 4)).toBe(4);
      expect(left(rows())).toEqual([[1], [0]]);
      expect([...(alphas.depth[0] as tf.Variable).dataSync()]).toEqual([0, 1]);
    });
  });

  it("gives what fell a probability of exactly 0, in every method", () => {
    withAlphas((alphas) => {
      pruneAlphas(alphas, { stages }, 4);
      for (const method of ["softmax", "gumbel", "sigmoid", "plain_sigmoid"] as const) {
        const p = tf.tidy(() =>
          probabilityWeights(alphas.cells[0] as tf.Tensor, { method, temperature: 5 }).arraySync(),
        ) as number[][];
        expect(p[0]?.filter((x) => x === 0)).toHaveLength(3);
      }
    });
  });

  it("stays fallen although weight decay pulls its logit to 0", () => {
    withAlphas((alphas, rows) => {
      pruneAlphas(alphas, { stages }, 2);
      const { alphaOptimizer } = searchConfig({ alphaOptimizer: { weightDecay: 1e-3 } });
      const optimizer = createOptimizer(alphaOptimizer, () => ({ decays: true }));
      const variable = alphas.cells[0] as tf.Variable;
      for (let i = 0; i < 5; i++)
        tf.tidy(() => optimizer.step({ cell0: variable }, { cell0: tf.zerosLike(variable) }, 0.05));
      expect(rows()[0]?.[0]).toBeGreaterThan(-1000);
      expect(left(rows())[0]).toEqual([1, 2, 3]);
      expect(pruneAlphas(alphas, { stages }, 3)).toBe(0);
      expect(rows()[0]?.[0]).toBe(-1000);
      optimizer.dispose();
    });
  });
});
