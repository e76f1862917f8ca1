import type { Overrides } from "../../lib/config/check";
import { searchConfig } from "../../lib/config/searchConfig";
import type { SpaceConfig } from "../../lib/config/spaceConfig";
import { primitives } from "../../lib/primitives/primitives";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import type { EpochRecord, SearchRecord } from "../../lib/records/searchRecord";
import { alphasFrom } from "../../lib/space/alphaShapes";
import type { Alphas } from "../../lib/space/alphas";
import { randomAlphas } from "../../lib/space/randomAlphas";
import { oncePer } from "../helpers/oncePer";

const one = { cellLayout: [0], reductionGroups: [], steps: 2, searchDepth: false, widthChoices: [1] };
/** Usual: the default space. Wide: more of everything. Tiny: two epochs of one cell. Empty: that, just begun. */
const spaces = {
  usual: {},
  wide: {
    primitives: primitives.builtInNames,
    steps: 5,
    cellLayout: [0, 1, 0, 0, 1, 0, 0, 0, 1, 2, 2, 2, 2, 2, 2],
    initChannels: 80,
    widthChoices: [0.2, 0.4, 0.6, 0.8, 1],
  },
  tiny: one,
  empty: one,
} satisfies Record<string, Overrides<SpaceConfig>>;

/** A search record with plausible curves that no search has produced, made once in a process. For tests of figures. */
export const madeUpRecord: (size: keyof typeof spaces) => SearchRecord = oncePer(recordOf);

function recordOf(size: keyof typeof spaces): SearchRecord {
  const usual = size === "usual" || size === "wide";
  const config = searchConfig({
    space: spaces[size],
    samplers: usual
      ? { cell: { temperature: { kind: "exponential", from: 1, factor: 0.96, min: 0.3 } } }
      : {},
    epochs: usual ? 20 : 2,
    warmupEpochs: usual ? 4 : 0,
    seed: 0,
  });
  const key = randomKey(0);
  const startAlphas = randomAlphas(config.space, 0.02, fold(key, "start"));
  const goal = randomAlphas(config.space, 2, fold(key, "goal"));
  const done = size === "empty" ? 0 : config.epochs;
  const noise = normal(fold(key, "noise"), done * 8);
  const epochs = Array.from({ length: done }, (_, epoch): EpochRecord => {
    const warmup = epoch < config.warmupEpochs;
    const moved = Math.max(0, epoch + 1 - config.warmupEpochs) / (config.epochs - config.warmupEpochs);
    const late = (epoch + 1) / config.epochs;
    const wobble = (i: number) => (noise[8 * epoch + i] as number) * 0.012;
    const ops = (share: number) => ({
      flops: 3.1e6 * share,
      bops: 2.4e8 * share,
      ops: 3.1e6 * share + (2.4e8 * share) / 64,
    });
    return {
      epoch,
      alphas: between(startAlphas, goal, moved ** 1.2, config.space),
      warmup,
      weightLoss: 2.3 - 1.1 * late ** 0.6 + wobble(0),
      weightAccuracy: 0.12 + 0.42 * late ** 0.6 + wobble(1),
      alphaLoss: warmup
        ? null
        : {
            total: 2.5 - 0.9 * late,
            crossEntropy: 2.3 - 0.9 * late,
            costPenalty: 0.2 * (1 - moved),
            entropy: 0,
          },
      supernetAccuracy: 0.11 + 0.38 * late ** 0.7 + wobble(2),
      supernetLoss: 2.31 - 0.95 * late ** 0.7 + wobble(3),
      derivedAccuracy: 0.1 + 0.3 * late ** 1.5 + wobble(4),
      expectedCost: ops(1 - 0.35 * moved),
      derivedCost: ops(0.8 - (0.2 * Math.round(moved * 3)) / 3),
      entropy: {
        cell: 1 - 0.6 * moved,
        depth: usual ? 1 - 0.75 * moved : null,
        width: usual ? 1 - 0.4 * moved : null,
      },
      margin: { cell: 0.6 * moved, depth: usual ? 0.75 * moved : null, width: usual ? 0.4 * moved : null },
      discretizationGap: 0.01 + 0.38 * late ** 0.7 - 0.3 * late ** 1.5,
      genotypeChanges: epoch === 0 ? null : Math.max(0, 6 - epoch),
      eigenvalue: usual ? 0.2 + 0.1 * late : null,
      parameterFreeShare: Math.round(10 * (0.3 + 0.25 * moved)) / 10,
      temperature: { cell: usual ? Math.max(0.3, 0.96 ** epoch) : 1, depth: 1, width: 1 },
      learningRate: { weights: 0.025, alphas: 3e-4 },
      imagesPerSecond: 40,
      seconds: 600,
      peakMemoryBytes: 1.2e9,
    };
  });
  return {
    kind: "bars.search-record",
    schema: 2,
    config,
    configHash: "5f3a91bc0d6e4f7a8b9c0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c",
    createdAt: "2026-01-02T03:04:05.000Z",
    updatedAt: "2026-01-02T05:04:05.000Z",
    versions: { bars: "0.1.0", node: "v20.0.0" },
    backend: { name: "wasm", version: "4.22.0", device: "cpu", threads: 1, passedOver: [] },
    data: {
      name: "CIFAR-10",
      note: "made up",
      weightImages: 2500,
      alphaImages: 2500,
      mean: [0.5, 0.5, 0.5],
      std: [0.2, 0.2, 0.2],
    },
    status: size === "empty" ? "running" : "finished",
    statusDetail: null,
    startAlphas,
    epochs,
    chosen: null,
    rollbacks: [],
    test: usual ? { images: 1000, supernetAccuracy: 0.47, derivedAccuracy: 0.41 } : null,
  };
}

function between(from: Alphas, to: Alphas, share: number, space: SearchRecord["config"]["space"]): Alphas {
  const flat = (alphas: Alphas) => [...alphas.cells.flat(2), ...alphas.depth.flat(), ...alphas.width.flat()];
  const [a, b] = [flat(from), flat(to)];
  return alphasFrom(
    space,
    (place) => (a[place] as number) + share * ((b[place] as number) - (a[place] as number)),
  );
}
