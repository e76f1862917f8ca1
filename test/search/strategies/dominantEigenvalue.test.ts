import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../../lib/backend";
import { fold, normal, randomKey } from "../../../lib/random/randomKey";
import { dominantEigenvalue } from "../../../lib/search/strategies/dominantEigenvalue";
import { expectNoLeakAsync } from "../../helpers/expectNoLeak";

beforeAll(async () => {
  await startBackend();
});

const key = randomKey(0);

/** `Q diag(values) Q'` with `Q = I − 2 u u' / ‖u‖²` (a Householder reflection), so the eigenvalues are `values`. */
function symmetric(values: readonly number[]): number[][] {
  const u = [...normal(fold(key, "u"), values.length)];
  const norm = u.reduce((s, x) => s + x * x, 0);
  const q = values.map((_, i) =>
    values.map((_, j) => (i === j ? 1 : 0) - (2 * (u[i] as number) * (u[j] as number)) / norm),
  );
  const at = (i: number, k: number) => (q[i] as number[])[k] as number;
  return values.map((_, i) =>
    values.map((_, j) => values.reduce((s, d, k) => s + at(i, k) * d * at(j, k), 0)),
  );
}

/** The estimate for `L(a, b) = ½ x' H x` with `x` the two variables behind one another. */
async function estimate(eigenvalues: readonly number[], iterations: number): Promise<number> {
  const hessian = symmetric(eigenvalues);
  return expectNoLeakAsync(async () => {
    const variables = tf.tidy(() => [
      tf.variable(tf.tensor2d([[0.3, -1]])),
      tf.variable(tf.zeros([eigenvalues.length - 2])),
    ]);
    const gradient = async () => {
      const x = variables.flatMap((variable) => [...variable.dataSync()]);
      const g = hessian.map((row) => row.reduce((s, h, j) => s + h * (x[j] as number), 0));
      return [tf.tensor2d([g.slice(0, 2)]), tf.tensor1d(g.slice(2))];
    };
    const value = await dominantEigenvalue(variables, gradient, iterations, fold(key, "power"));
    expect([...(variables[0] as tf.Variable).dataSync()]).toEqual([Math.fround(0.3), -1]);
    for (const variable of variables) variable.dispose();
    return value;
  });
}

describe("dominantEigenvalue", () => {
  it("finds the known eigenvalue of a quadratic over several variables, and puts the alphas back", async () => {
    expect(await estimate([5, 1, 0.5, -2], 30)).toBeCloseTo(5, 1);
  });

  it("keeps the sign of the eigenvalue of largest magnitude", async () => {
    expect(await estimate([-4, 1, 2, 0.1], 40)).toBeCloseTo(-4, 1);
  });

  it("comes nearer with more iterations", async () => {
    const error = async (n: number) => Math.abs((await estimate([3, 2.4, 1, 0.2], n)) - 3);
    expect(await error(12)).toBeLessThan(await error(1));
  });

  it("is 0 where the gradient does not change", async () => {
    expect(await estimate([0, 0, 0], 5)).toBe(0);
  });
});
