import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readAnalysisRecord } from "../../lib/analysis/analysisRecordFile";
import { structuralCapacity } from "../../lib/analysis/structuralCapacity";
import { analysisConfig } from "../../lib/config/analysisConfig";
import { evolutionConfig } from "../../lib/config/evolutionConfig";
import { raceConfig } from "../../lib/config/raceConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { readAblationRecord } from "../../lib/experiments/ablation/ablationRecord";
import { randomKey } from "../../lib/random/randomKey";
import { readEvolutionRecord } from "../../lib/records/evolutionRecordFile";
import { checkModelSpec } from "../../lib/records/modelSpec";
import { readRaceRecord } from "../../lib/records/raceRecordFile";
import { readRecordJson } from "../../lib/records/readRecord";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { readTable } from "../../lib/records/tableFile";
import { readTrainRecord } from "../../lib/records/trainRecordFile";
import { alphasFrom } from "../../lib/space/alphaShapes";
import { fromAwnas, toAwnas } from "../../lib/space/awnasGenotype";
import { genotypeHash, genotypeJson } from "../../lib/space/genotypeJson";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { parseGenotype, validateGenotype } from "../../lib/space/validateGenotype";
import { hashJson } from "../../lib/util/canonicalJson";
import { madeUpRecord } from "../figures/madeUpRecord";
import { tinyModel, tinyTraining } from "../helpers/tinyTraining";
import type { FuzzReader } from "./fuzz";
import type { PutFile } from "./readers";

const stored = (name: string) => readFileSync(join(__dirname, "../../data/records", name), "utf8");
const { genotype } = tinyModel();
const large = randomGenotype(spaceConfig(), randomKey(0));
const hash = "ab".repeat(32);
const time = "2026-01-02T03:04:05.000Z";
const versions = { bars: "0.1.0", node: "20.0.0" };
const backend = { name: "wasm", version: "4.22.0", device: "cpu", threads: 1, passedOver: ["onnx: none"] };
const countKeys =
  /(^|\.)(epoch|images|index|parent|seed|correct|trainImages|validationImages|testImages|weightImages|alphaImages|genotypeChanges|units|constantChannels|dimensions|from|to|microBatch|binaryParameters|realParameters|subsets|threads|probeImages)$/;
const shareKeys = /(accuracy|Accuracy|fitness|carried|interval\.\*|parameterFreeShare)$/;
const common = { whole: countKeys, shares: shareKeys };

const names = /(^|\.)(kind|schema|status|checkpoint|which|method|images|primitive)$/;

/** A search of one cell without what takes room, with everything that may be null and is not in most. */
function searchSeed(): string {
  const record = madeUpRecord("tiny");
  const [first, second] = record.epochs;
  return JSON.stringify({
    ...record,
    configHash: hashJson(record.config),
    epochs: [
      { ...first, eigenvalue: 0.5, alphaLoss: null, margin: null, layout: { depth: [[]], width: [[]] } },
      { ...second, layout: null },
    ],
    chosen: { epoch: 1, reason: "the eigenvalue grew" },
    rollbacks: [{ from: 1, to: 0, weightDecay: 0.01 }],
    test: { images: 10, supernetAccuracy: 0.5, derivedAccuracy: 0.25 },
    statusDetail: "stopped",
  });
}

function trainSeed(): string {
  const config = tinyTraining({ epochs: 2 });
  const origin = { method: "search", recordHash: hash, rule: { rule: "top_k", k: 2 }, epoch: 3, seed: 1 };
  const model = { ...tinyModel(), origin };
  const measured = { images: 20, loss: 1.5, accuracy: 0.5 };
  const epochs = [0, 1].map((epoch) => ({
    ...{ epoch, phase: 2, trainLoss: 2, trainAccuracy: 0.25, validation: measured, test: measured },
    ...{ learningRate: 0.01, seconds: 1.5, imagesPerSecond: 20, peakMemoryBytes: 1e8, microBatch: 8 },
  }));
  const interval = [0.4, 0.6];
  return JSON.stringify({
    ...{ kind: "bars.train-record", schema: 1, config, model, configHash: hashJson({ config, model }) },
    ...{ createdAt: time, updatedAt: time, versions, backend },
    data: {
      ...{ name: "synthetic", note: "", trainImages: 48, validationImages: 0, testImages: 20 },
      ...{ mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] },
    },
    cost: { flops: 10, bops: 640, ops: 20, binaryParameters: 3, realParameters: 2, bits: 67 },
    teacher: { configHash: hash, name: "teacher", testAccuracy: 0.75 },
    ...{ status: "finished", statusDetail: null, epochs, best: { epoch: 1, accuracy: 0.5 } },
    tests: [
      { ...measured, correct: 10, interval, checkpoint: "last", epoch: 1, recalibrated: false, which: "all" },
      {
        ...measured,
        correct: 10,
        interval,
        checkpoint: "best",
        epoch: 1,
        recalibrated: true,
        which: "exact",
      },
    ],
  });
}

function evolutionSeeds(): string[] {
  const pace = { population: 2, sample: 1, evaluations: 3 };
  const train = tinyTraining({ validationShare: 0.25 });
  const configs = [
    evolutionConfig({ kind: "supernet", search: hash, images: 10 }, { ...pace, budget: { value: 1e9 } }),
    evolutionConfig({ kind: "training", space: genotype.space, train }, pace),
  ];
  return configs.map((config) =>
    JSON.stringify({
      ...{ kind: "bars.evolution-record", schema: 1, config, configHash: hashJson(config) },
      ...{ createdAt: time, updatedAt: time, versions, backend, space: genotype.space },
      data: { name: "synthetic", note: "", images: 12 },
      ...{ status: "interrupted", statusDetail: "stopped", seconds: 3.5, best: 0 },
      history: [
        { index: 0, parent: null, genotype, fitness: 0.5 },
        { index: 1, parent: 0, genotype, fitness: 0.25 },
      ],
    }),
  );
}

/** A race of two rungs: one network won, one is out, one diverged. */
function raceSeed(): string {
  const space = genotype.space;
  const config = raceConfig({
    ...{ band: { atMost: 1e9 }, space, rungs: { networks: 3, keep: [2], epochs: [1] } },
    ...{
      proposals: { random: 2 },
      train: tinyTraining({ epochs: 1, validationShare: 0.25 }),
      test: true,
      seed: 0,
    },
  });
  const own = [genotype];
  const cost = { bops: 640, flops: 10, ops: 20, elementwise: 5, realParams: 2, binaryParams: 3, bits: 67 };
  const heldOut = { images: 12, loss: 1.5, accuracy: 0.5 };
  const first = (mean: number) => ({
    ...{ rung: 0, steps: 200, score: -mean, loss: { from: 100, to: 200, mean } },
    ...{ heldOut: null, seconds: 1.5, diverged: null },
  });
  const second = {
    ...{ rung: 1, steps: 300, score: 0.5, loss: { from: 200, to: 300, mean: 1.25 } },
    ...{ heldOut, seconds: 2.5, diverged: null },
  };
  const lost = { rung: 0, steps: 200, score: null, loss: null, heldOut: null, seconds: 0, diverged: "NaN" };
  const network = (index: number, kind: string, parent: number | null, results: readonly object[]) => ({
    ...{
      index,
      hash: genotypeHash(genotype),
      genotype,
      cost,
      origin: { kind, generation: 0, parent },
      results,
    },
    status: ["winner", "out", "diverged"][index],
  });
  const alphas = alphasFrom(space, (place) => place / 8);
  const interval = [0.4, 0.6];
  return JSON.stringify({
    ...{ kind: "bars.race-record", schema: 1, config, own, configHash: hashJson({ config, own }) },
    ...{ createdAt: time, updatedAt: time, versions, backend },
    data: {
      ...{ name: "synthetic", note: "", trainImages: 36, validationImages: 12, testImages: 20 },
      ...{ mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] },
    },
    ...{ status: "finished", statusDetail: "none", seconds: 3.5 },
    draws: { made: 7, outsideBand: 2, again: 1 },
    fit: {
      ...{ method: "race", networks: 2, alphas, deviations: alphas, lambda: 3, scoreMean: -2 },
      ...{ scoreDeviation: 0.5, residual: 0.25, tau: { value: 0.5, interval: [0.25, 0.75], folds: 2 } },
    },
    winner: 0,
    tests: [
      { ...heldOut, correct: 6, interval, checkpoint: "last", epoch: 0, recalibrated: true, which: "all" },
    ],
    networks: [
      network(0, "own", null, [first(1.5), second]),
      network(1, "mutation", 0, [first(1.75), { ...second, score: 0.25 }]),
      network(2, "random", null, [lost]),
    ],
  });
}

function analysisSeed(): string {
  const place = { kind: "bits", cell: 0, stage: 0, edge: { to: 1, from: 0, primitive: "bin_conv_3x3" } };
  const spectrum = { dimensions: 4, effectiveRank: 2.5, participationRatio: 1.5 };
  return JSON.stringify({
    ...{ kind: "bars.analysis-record", schema: 1, config: analysisConfig({ taps: ["stem"] }) },
    ...{ createdAt: time, versions, backend },
    run: {
      ...{ configHash: hash, name: "tiny", seed: 0, checkpoint: "last", epoch: 1, modelHash: hash },
      ...{ cost: { flops: 1, bops: 64, ops: 2, bits: 70 }, testAccuracy: 0.5 },
    },
    genotype,
    data: { name: "synthetic", note: "", images: 64, probeImages: 10, classes: 10 },
    structure: structuralCapacity(genotype),
    taps: [
      {
        ...{ ...place, name: "cell0.edge1-0.bin_conv_3x3.bits", sameAs: ["other"], shape: [4, 4, 2] },
        entropy: { layer: 0.5, channels: [0.5, 0.5], constantChannels: 0, usedBits: 16, units: 32 },
        information: {
          ...{ bits: 8, subsets: 32, inputInformation: 3.5, labelInformation: 1.5 },
          ...{
            labelInformationAboveChance: 0.5,
            inputSd: 0.1,
            labelSd: 0.1,
            saturated: 0,
            conditionalSaturated: 0,
          },
        },
        rank: { pooled: spectrum, local: spectrum },
        codes: { distinctShare: 0.5, distances: { within: 0.25, between: 0.5 } },
        zeroed: 0.125,
        probe: { accuracy: 0.5, fitAccuracy: 0.75, penalty: 0.01, fitImages: 40, scoredImages: 10 },
      },
    ],
    gradient: {
      ...{ images: 64, slope: 4, loss: 2.5, referenceLoss: 2.25 },
      kernels: [{ name: "stem", weights: 9, norm: 1.5, relativeNorm: 0.5, referenceNorm: 2, cosine: 0.5 }],
    },
    seconds: 1.5,
  });
}

const ablationSettings = { epochs: 1, learningRate: 0.01, recalibrationBatches: 2, images: "test" } as const;
const ablationSeed = JSON.stringify({
  ...{ kind: "bars.ablation-record", schema: 3, configHash: hash, versions, settings: ablationSettings },
  entries: [
    { ablation: null, carried: 1, before: { images: 9, loss: 1.5, correct: "8AA=" }, after: null },
    {
      ...{ ablation: { kind: "real_layer", target: "cell0.process" }, carried: 0.5 },
      ...{
        before: { images: 9, loss: 2.5, correct: "8AA=" },
        after: { images: 9, loss: 2, correct: "8AA=" },
      },
    },
  ],
});

/** Readers of records, genotypes and models. */
export function recordReaders(put: PutFile): FuzzReader[] {
  const baseline = JSON.stringify(checkModelSpec({ kind: "baseline", family: "resnet20", block: "bireal" }));
  const model = JSON.stringify({
    ...tinyModel(),
    origin: { method: "random", recordHash: null, rule: "argmax", epoch: null, seed: 3 },
  });
  return [
    {
      name: "search record",
      form: "json",
      seeds: [searchSeed(), stored("search-plain-seed0.json")],
      read: (input) => readSearchRecord(put("search.json", input)),
      notes: {
        ...common,
        names,
        nullable:
          /^(statusDetail|chosen|test|epochs\.\*\.(alphaLoss|margin|layout|genotypeChanges|eigenvalue|(entropy|margin)\.(depth|width)))$/,
        optional: /^epochs\.\*\.layout$/,
        fixed: /^config$/,
      },
    },
    {
      name: "training record",
      form: "json",
      seeds: [trainSeed(), stored("train/random-300k-s0.json")],
      read: (input) => readTrainRecord(put("train.json", input)),
      notes: {
        ...common,
        names: /(^|\.)(kind|schema|status|checkpoint|which)$/,
        nullable: /^(statusDetail|teacher|best|epochs\.\*\.(validation|test)|model\.origin)$/,
        fixed: /^(config|model)$/,
      },
    },
    {
      name: "evolution record",
      form: "json",
      seeds: evolutionSeeds(),
      read: (input) => readEvolutionRecord(put("evolution.json", input)),
      notes: {
        ...common,
        names,
        nullable: /^(statusDetail|data|best|history\.\*\.parent)$/,
        fixed: /^config$/,
      },
    },
    {
      name: "race record",
      form: "json",
      seeds: [raceSeed()],
      read: (input) => readRaceRecord(put("race.json", input)),
      notes: {
        whole:
          /(^|\.)(epoch|images|index|parent|generation|rung|steps|seed|correct|trainImages|validationImages|testImages|from|to|threads|winner|made|outsideBand|again|folds|fit\.networks)$/,
        shares: shareKeys,
        names: /(^|\.)(kind|schema|status|checkpoint|which|method|primitive)$/,
        nullable:
          /^(statusDetail|fit|winner|fit\.tau|fit\.tau\.interval|networks\.\*\.origin\.parent|networks\.\*\.results\.\*\.(score|loss|heldOut|diverged))$/,
        fixed: /^(config|own)$/,
      },
    },
    {
      name: "analysis record",
      form: "json",
      seeds: [analysisSeed()],
      read: (input) => readAnalysisRecord(put("analysis.json", input)),
      notes: {
        ...common,
        names: /^(kind|schema|taps\.\*\.kind|run\.checkpoint)$/,
        nullable:
          /^(run|genotype|structure|gradient|run\.testAccuracy|gradient\.kernels\.\*\.cosine|structure\..*\.cell|taps\.\*\.(cell|stage|edge|entropy|information|rank|rank\.local|codes|codes\.distances\.(within|between)|zeroed|probe))$/,
        whole: /^(taps\.\*\.(cell|stage|edge\.to|shape\.\*|entropy\.units)|data\.images|run\.(seed|epoch))$/,
      },
    },
    {
      name: "ablation record",
      form: "json",
      seeds: [ablationSeed],
      read: (input) => readAblationRecord(put("ablation.json", input), hash, ablationSettings),
      notes: {
        ...common,
        names: /^(kind|schema|entries\.\*\.ablation\.kind|settings\.images)$/,
        nullable: /^entries\.\*\.(ablation|after)$/,
        whole: /\.(epochs|recalibrationBatches|before\.images|after\.images)$/,
      },
    },
    {
      name: "table",
      form: "json",
      seeds: [stored("analysis/measures.json"), stored("analysis/ablations.json")],
      read: (input) => readTable(put("table.json", input)),
      notes: { names: /^(kind|schema)$/, nullable: /^columns\.\*\.unit$/, free: /^rows\.\*\./ },
    },
    {
      name: "genotype JSON",
      form: "json",
      seeds: [genotypeJson(genotype)],
      read: (input) => parseGenotype(input.toString(), "genotype.json"),
      notes: {
        names:
          /^(kind|schema|cells\.\*\.\*\.primitive|space\.(process|processKind|stridedConv|cellShortcut))$/,
        whole:
          /^(depth\.\*|cells\..*\.(to|from)|space\.(imageSize|classes|steps|convGroups|initChannels|cellLayout\.\*))$/,
      },
    },
    {
      name: "model",
      form: "json",
      seeds: [model, baseline],
      read: (input) => checkModelSpec(readRecordJson(put("model.json", input), "a model"), "model.json"),
      notes: {
        nullable: /^origin(\.(recordHash|epoch|seed))?$/,
        optional: /./,
        names: /^(kind|family|block|downsample|origin\.method)$/,
        free: /^origin\.(rule|epoch|recordHash)|^origin\.rule\./,
      },
      free: /^origin\.rule$/,
    },
    {
      name: "aw_nas genotype",
      form: "text",
      seeds: [toAwnas(genotype), toAwnas(large)],
      read: (input) => {
        const text = input.toString();
        return fromAwnas(text, text.length > 300 ? large.space : genotype.space);
      },
      agrees: (value, input) => {
        const written = toAwnas(validateGenotype(value));
        return normalAwnas(input.toString()) === normalAwnas(written)
          ? null
          : `it means ${written}, not ${input}`;
      },
    },
  ];
}

/** The text without what does not matter: white space, kind of quotation marks, digits of widths, order in a node. */
function normalAwnas(text: string): string {
  return text
    .replaceAll(/\s/g, "")
    .replaceAll('"', "'")
    .replace(/width='([^']*)'/, (_, widths: string) => `width='${widths.split(",").map(Number).join(",")}'`)
    .replaceAll(/(xnor_conv_[135]x[135])(_noskip|_cond_skip(_v0)?)?~/g, "$1~")
    .replaceAll(/\|[^+']*\|/g, (node) => node.split("|").sort().join("|"));
}
