import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import type { Alphas } from "../../lib/space/alphas";
import { AlphaVariables } from "../../lib/supernet/alphaVariables";
import { type ForwardOptions, Supernet } from "../../lib/supernet/supernet";
import { expectNoLeak } from "../helpers/expectNoLeak";

beforeAll(async () => {
  await startBackend();
});

const key = randomKey(0);
const space = spaceConfig({
  imageSize: 8,
  initChannels: 4,
  cellLayout: [0, 1, 0],
  steps: 2,
  primitives: ["none", "skip_connect", "bin_conv_3x3"],
  widthChoices: [1],
});

/** Logits at mixture weights of `row` on every edge. */
function logits(
  row: number[],
  options: Partial<ForwardOptions> = {},
  divisor = 1,
  edges?: number[],
): number[] {
  return expectNoLeak(() => {
    const supernet = new Supernet(space, binarizationConfig(), key, divisor);
    const cells = [0, 1].map(() => [row, row, row]);
    const alphas: Alphas = {
      cells,
      depth: [
        [0, 1],
        [0, 1],
      ],
      width: [[], []],
    };
    const variables = new AlphaVariables(edges ? { ...alphas, edges: [edges, edges] } : alphas);
    const values = tf.tidy(() => {
      const images = tf.tensor4d(normal(fold(key, "images"), 4 * 8 * 8 * 3), [4, 8, 8, 3]);
      return [...supernet.logits(images, variables, { edeT: 1, ...options }).dataSync()];
    });
    variables.dispose();
    supernet.dispose();
    return values;
  });
}

const distance = (a: number[], b: number[]) => Math.max(...a.map((v, i) => Math.abs(v - (b[i] as number))));
const dropout = { skipDropout: { rate: 0.5, key } };

describe("auxiliary skip (DARTS-)", () => {
  it("is one more skip connection of weight β beside the mixture", () => {
    expect(distance(logits([0, 0.2, 0.8], { auxiliarySkip: 0.5 }), logits([0, 0.7, 0.8]))).toBeLessThan(1e-3);
    expect(distance(logits([0, 0.2, 0.8], { auxiliarySkip: 0.5 }), logits([0, 0.2, 0.8]))).toBeGreaterThan(
      0.01,
    );
  });

  it("at β = 0 is absent", () => {
    expect(logits([0, 0.2, 0.8], { auxiliarySkip: 0 })).toEqual(logits([0, 0.2, 0.8]));
  });
});

describe("skip dropout (P-DARTS)", () => {
  it("touches skip connections only", () => {
    expect(distance(logits([0, 1, 0], dropout), logits([0, 1, 0]))).toBeGreaterThan(0.01);
    expect(logits([0, 0, 1], dropout)).toEqual(logits([0, 0, 1]));
  });

  it("drops anew for another key, and the same for the same", () => {
    const other = { skipDropout: { rate: 0.5, key: fold(key, 1) } };
    expect(logits([0, 1, 0], dropout)).toEqual(logits([0, 1, 0], dropout));
    expect(distance(logits([0, 1, 0], dropout), logits([0, 1, 0], other))).toBeGreaterThan(0.01);
  });
});

describe("partial channels (PC-DARTS)", () => {
  it("leave what passes by when every edge is empty, where whole channels leave nothing", () => {
    expect(distance(logits([1, 0, 0], {}, 4), logits([1, 0, 0], {}, 1))).toBeGreaterThan(0.01);
  });

  it("skip connections alone compute the same with and without", () => {
    expect(distance(logits([0, 1, 0], {}, 4), logits([0, 1, 0], {}, 1))).toBeLessThan(1e-3);
  });

  it("edge normalization weighs whole edges, what passes by included", () => {
    const ones = logits([0, 1, 0], {}, 4, [1, 1, 1]);
    expect(distance(ones, logits([0, 1, 0], {}, 4))).toBeLessThan(1e-3);
    expect(distance(logits([0, 1, 0], {}, 4, [1, 0, 1]), ones)).toBeGreaterThan(0.01);
  });
});
