import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import type { MixtureConfig } from "../../lib/config/mixtureSections";
import { type SpaceConfig, spaceConfig } from "../../lib/config/spaceConfig";
import { oneHotAlphas } from "../../lib/derive/oneHotAlphas";
import { probabilitiesOf } from "../../lib/derive/probabilitiesOf";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import type { Alphas } from "../../lib/space/alphas";
import { edgesOf } from "../../lib/space/edges";
import { fedNodes } from "../../lib/space/fedNodes";
import { randomAlphas } from "../../lib/space/randomAlphas";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { AlphaVariables } from "../../lib/supernet/alphaVariables";
import { fedShares, heldShares } from "../../lib/supernet/fedShares";
import { Supernet } from "../../lib/supernet/supernet";
import { expectNoLeak } from "../helpers/expectNoLeak";

beforeAll(async () => {
  await startBackend();
});

const key = randomKey(0);
const small = { imageSize: 8, initChannels: 4, cellLayout: [0, 0, 1, 0], steps: 2, widthChoices: [0.5, 1] };
const repaired: MixtureConfig = { widthMasks: "once", emptyNodes: "by_share" };

function logitsOf(supernet: Supernet, alphas: Alphas): Float32Array {
  const variables = new AlphaVariables(alphas);
  const images = tf.tensor4d(normal(fold(key, "images"), 3 * 64 * 3), [3, 8, 8, 3]);
  const values = supernet.logits(images, variables, { edeT: 1 });
  variables.dispose();
  images.dispose();
  const plain = values.dataSync() as Float32Array;
  values.dispose();
  return plain;
}

const spaces: Readonly<Record<string, [object, object]>> = {
  "preprocess, no way around a cell": [{ ...small, cellShortcut: "none" }, {}],
  "postprocess, real process": [{ ...small, process: "postprocess", processKind: "real" }, {}],
  "pooled shortcut, real process, RSign": [
    { ...small, cellShortcut: "avg_pool", processKind: "real" },
    { rsign: true, nonlinearity: "rprelu" },
  ],
};

describe.each(Object.entries(spaces))("the repaired mixture, %s", (_, [ownSpace, ownBits]) => {
  const space = spaceConfig(ownSpace);
  const binarization = binarizationConfig(ownBits);

  it("is the plain one at one-hot weights", () => {
    expectNoLeak(() => {
      const plain = new Supernet(space, binarization, key);
      const other = new Supernet(space, binarization, key, 1, repaired);
      let empty = 0;
      for (let i = 0; i < 12; i++) {
        const genotype = randomGenotype(space, fold(key, i));
        empty += genotype.cells.filter((edges) => fedNodes(edges).size < 3).length;
        const alphas = oneHotAlphas(genotype, 1);
        const [a, b] = [logitsOf(plain, alphas), logitsOf(other, alphas)];
        a.forEach((value, k) => {
          expect(b[k]).toBeCloseTo(value, 3);
        });
      }
      expect(empty).toBeGreaterThan(2);
      plain.dispose();
      other.dispose();
    });
  });

  it("is another one in between", () => {
    const alphas = probabilitiesOf(randomAlphas(space, 0.1, key));
    const of = (mixture: Partial<MixtureConfig>) => {
      const plain = { widthMasks: "every_tensor", emptyNodes: "rescaled" } as const;
      const supernet = new Supernet(space, binarization, key, 1, { ...plain, ...mixture });
      const logits = logitsOf(supernet, alphas);
      supernet.dispose();
      return logits;
    };
    const plain = of({});
    expect(of({ widthMasks: "once" })).not.toEqual(plain);
    expect(of({ emptyNodes: "by_share" })).not.toEqual(plain);
  });
});

describe("masks multiplied once", () => {
  it("leave a skipped channel with its mask, however many cells it passes", () => {
    const space = spaceConfig({
      ...{ imageSize: 8, initChannels: 4, cellLayout: [0, 0, 0], reductionGroups: [], steps: 1 },
      ...{ widthChoices: [0.5, 1], searchDepth: false, process: "postprocess", processKind: "real" },
      primitives: ["skip_connect"],
    } as never);
    // Width 1 with probability 0.25: the trailing channels have mask 0.25, everywhere.
    const alphas = { cells: [[[1]]], depth: [[]], width: [[0.75, 0.25]] };
    const faintest = (widthMasks: MixtureConfig["widthMasks"]) => {
      const supernet = new Supernet(space, binarizationConfig(), key, 1, { ...repaired, widthMasks });
      // Pooled channels become logits one by one.
      const eye = tf.pad(tf.eye(4), [
        [0, 0],
        [0, 6],
      ]);
      supernet.parameters.get("head.weight").assign(eye as never);
      for (const name of ["stem.offset", "stem.scale"])
        supernet.parameters.get(name).assign(tf.ones([4]) as never);
      // Cells add 0 to their shortcut.
      for (const cell of [0, 1, 2])
        supernet.parameters.get(`cell${cell}.process.kernel`).assign(tf.zeros([1, 1, 4, 4]) as never);
      const logits = logitsOf(supernet, alphas);
      supernet.dispose();
      // A normalised channel has mean 0 over the batch, plus the offset.
      const mean = (channel: number) =>
        logits.filter((_, i) => i % 10 === channel).reduce((a, b) => a + b, 0);
      return mean(3) / mean(0);
    };
    expect(faintest("once")).toBeCloseTo(0.25, 3);
    expect(faintest("every_tensor")).toBeCloseTo(0.25 ** 4, 3);
  });
});

describe("fedShares", () => {
  const primitives = ["none", "skip_connect", "bin_conv_3x3"] as const;
  const sharesOf = (rows: number[][], input: number | null = null) =>
    tf.tidy(() => {
      const held = heldShares(tf.tensor2d(rows), [...primitives]);
      const fed = fedShares(held, input === null ? null : tf.scalar(input), 2);
      return fed.map((share) => (share ? (share.dataSync()[0] as number) : 1));
    });

  it("are 0 and 1 at one-hot weights, where fedNodes says so", () => {
    const space: SpaceConfig = spaceConfig({ ...small });
    for (let i = 0; i < 20; i++) {
      const { cells } = randomGenotype(space, fold(key, i));
      const edges = cells[0] ?? [];
      const rows = edgesOf(2).map(({ to, from }) => {
        const own = edges.find((edge) => edge.to === to && edge.from === from);
        return primitives.map((name) => (name === (own?.primitive ?? "none") ? 1 : 0));
      });
      const fed = fedNodes(edges);
      expect(sharesOf(rows)).toEqual([0, 1, 2].map((node) => (fed.has(node) ? 1 : 0)));
    }
  });

  it("count an edge by what its source holds", () => {
    // Node 1: 0.4. Node 2: 1 - (1 - 0.2)(1 - 0.5 * 0.4).
    const rows = [
      [0.6, 0.1, 0.3],
      [0.8, 0.2, 0],
      [0.5, 0.25, 0.25],
    ];
    sharesOf(rows).forEach((share, node) => {
      expect(share).toBeCloseTo([1, 0.4, 1 - 0.8 * 0.8][node] as number, 6);
    });
    expect(sharesOf(rows, 0.5)[1]).toBeCloseTo(0.2, 6);
  });
});
