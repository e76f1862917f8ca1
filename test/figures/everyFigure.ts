import { join } from "node:path";
import { budgetBreaks } from "../../lib/derive/budgetBreaks";
import { budgetSweep } from "../../lib/derive/budgetSweep";
import { frontierPlan } from "../../lib/experiments/frontierPlan";
import type { Figure } from "../../lib/figures/frame/figure";
import { ablationBars } from "../../lib/figures/plots/ablationBars";
import { alphaDistribution } from "../../lib/figures/plots/alphaDistribution";
import { alphaEvolution } from "../../lib/figures/plots/alphaEvolution";
import { alphaHeatmap } from "../../lib/figures/plots/alphaHeatmap";
import { armsFigure } from "../../lib/figures/plots/armsFigure";
import { budgetFigure } from "../../lib/figures/plots/budgetFigure";
import { capacityProfile } from "../../lib/figures/plots/capacityProfile";
import { collapseComparison } from "../../lib/figures/plots/collapseComparison";
import { collapseFigure } from "../../lib/figures/plots/collapseFigure";
import { comparisonForest } from "../../lib/figures/plots/comparisonForest";
import { costBars } from "../../lib/figures/plots/costBars";
import { costFigure } from "../../lib/figures/plots/costFigure";
import { costParts } from "../../lib/figures/plots/costParts";
import { depthProfile } from "../../lib/figures/plots/depthProfile";
import { entropyFigure } from "../../lib/figures/plots/entropyFigure";
import { frontierFigure } from "../../lib/figures/plots/frontierFigure";
import { informationPlane } from "../../lib/figures/plots/informationPlane";
import { latencyBars } from "../../lib/figures/plots/latencyBars";
import { latencyScatter } from "../../lib/figures/plots/latencyScatter";
import { layoutEvolution } from "../../lib/figures/plots/layoutEvolution";
import { lossFigure } from "../../lib/figures/plots/lossFigure";
import { measuresForest } from "../../lib/figures/plots/measuresForest";
import { raceAgreementFigure } from "../../lib/figures/plots/raceAgreementFigure";
import { raceCostFigure } from "../../lib/figures/plots/raceCostFigure";
import { raceLadder } from "../../lib/figures/plots/raceLadder";
import { signalFigure } from "../../lib/figures/plots/signalFigure";
import { trainFigure } from "../../lib/figures/plots/trainFigure";
import type { ComparedArm } from "../../lib/frontier/comparedArm";
import { frontier } from "../../lib/frontier/frontier";
import { publishedPoint } from "../../lib/frontier/publishedPoint";
import { randomKey } from "../../lib/random/randomKey";
import { readTable } from "../../lib/records/tableFile";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { runPoint, seedsOf } from "../frontier/runPoints";
import { oncePer } from "../helpers/oncePer";
import { madeUpRace } from "./madeUpRace";
import { madeUpRecord } from "./madeUpRecord";
import { madeUpSignal } from "./madeUpSignal";
import {
  madeUpAblations,
  madeUpComparison,
  madeUpInformation,
  madeUpLatencies,
  madeUpMeasures,
} from "./madeUpTables";
import { madeUpTraining } from "./madeUpTraining";

/** Tiny: small enough to be kept as text. Usual: as a paper would draw it. */
export type SampleSize = "tiny" | "usual";

const stored = (name: string) => readTable(join(__dirname, "../../data/records/analysis", `${name}.json`));
const genotype = (size: SampleSize) => randomGenotype(madeUpRecord(size).config.space, randomKey(3));

/** Runs of three networks: two with seeds, one with a single run. */
export function madeUpFrontier() {
  const published = [
    publishedPoint({
      name: "theirs",
      bops: 2e6,
      accuracy: 0.7,
      source: "A 2020, table 1",
      convention: "awnas",
    }),
    publishedPoint({ name: "no BOPs", flops: 2e6, accuracy: 0.7, source: "B 2020", convention: "mac" }),
  ];
  const points = [
    ...seedsOf([0.6, 0.64, 0.62], { name: "bars-1M", bops: 9e5 }),
    ...seedsOf([0.66, 0.69], { name: "bars-2M", bops: 2.1e6 }),
    runPoint({ name: "r20", method: "resnet20 bireal", bops: 1.6e6, accuracy: 0.58 }),
  ].map((point, i) => ({ ...point, run: `run${i + 1}` }));
  return frontier(points, { published, draws: 100 });
}

/** Two seeds of what is judged, one of which meets the margins, draws, a reference, and what decides nothing. */
function madeUpArms(): ComparedArm[] {
  const arm = (name: string, role: ComparedArm["role"], accuracies: readonly number[]): ComparedArm => ({
    name,
    role,
    runs: seedsOf(accuracies, { name }).map((run) => ({ ...run, run: `${name} ${run.seed}` })),
  });
  return [
    arm("race, seed 0", "chosen", [0.595, 0.601, 0.598]),
    arm("race, seed 1", "chosen", [0.55, 0.57, 0.562]),
    arm("random-race, seed 0", "other", [0.58]),
    arm("random draws", "draws", [0.5, 0.53, 0.531, 0.532, 0.56, 0.59]),
    arm("hand-made", "reference", [0.52, 0.531, 0.528]),
  ];
}

/** Times that grow with the operations, and scatter. */
const madeUpTimes = Array.from({ length: 24 }, (_, i) => ({
  network: `net${i}`,
  method: i % 6 === 0 ? "hand-made" : "drawn",
  bops: 1e6 * (2 + i),
  ops: 1e5 + (1e6 * (2 + i)) / 64,
  latencyMs: 0.2 + 0.03 * i + 0.05 * (i % 5),
  layersMs: 0.2 + 0.03 * i + 0.04 * (i % 3),
}));

const builders: Readonly<Record<string, (size: SampleSize) => Figure>> = {
  ablationBars: (size) => ablationBars(size === "tiny" ? madeUpAblations() : stored("ablations")),
  alphaDistribution: (size) => alphaDistribution(madeUpRecord(size)),
  "alphaDistribution as violins": (size) => alphaDistribution(madeUpRecord(size), "probabilities", "violins"),
  alphaEvolution: (size) => alphaEvolution(madeUpRecord(size)),
  "alphaHeatmap of a race": (size) => alphaHeatmap(madeUpRace(size)),
  raceAgreementFigure: (size) => raceAgreementFigure(madeUpRace(size)),
  raceCostFigure: (size) => raceCostFigure(madeUpRace(size)),
  raceLadder: (size) => raceLadder(madeUpRace(size)),
  "raceLadder of a race that runs": (size) => raceLadder(madeUpRace(size, 2)),
  alphaHeatmap: (size) => alphaHeatmap(madeUpRecord(size)),
  armsFigure: () => armsFigure("Band of a comparison", madeUpArms(), frontierPlan.margins),
  budgetFigure: (size) => {
    const record = madeUpRecord(size);
    return budgetFigure(record, budgetBreaks(record, { measure: "ops" }));
  },
  "budgetFigure of sampled budgets": (size) => {
    const record = madeUpRecord(size);
    return budgetFigure(
      record,
      budgetSweep(record, size === "tiny" ? [4e6, 2e6, 1e6] : [1e6, 5e5, 3e5], { measure: "ops" }),
    );
  },
  capacityProfile: (size) => capacityProfile(genotype(size)),
  collapseComparison: (size) => {
    const record = madeUpRecord(size);
    const other = { ...record, config: { ...record.config, seed: 1 } };
    return collapseComparison({ plain: [record, other], cured: [record] });
  },
  collapseFigure: (size) => collapseFigure(madeUpRecord(size)),
  comparisonForest: (size) => comparisonForest(size === "tiny" ? madeUpComparison() : stored("layout")),
  costBars: (size) => costBars(costParts(genotype(size))),
  costFigure: (size) => costFigure(madeUpRecord(size)),
  depthProfile: (size) =>
    depthProfile(size === "tiny" ? madeUpInformation() : stored("information-over-epochs")),
  entropyFigure: (size) => entropyFigure(madeUpRecord(size)),
  frontierFigure: () => frontierFigure(madeUpFrontier()),
  informationPlane: (size) =>
    informationPlane(size === "tiny" ? madeUpInformation() : stored("information-over-epochs")),
  latencyBars: () => latencyBars(madeUpLatencies()),
  latencyScatter: () =>
    latencyScatter(madeUpTimes, "Shortest of four turns, one thread of an imagined machine."),
  layoutEvolution: (size) => layoutEvolution(madeUpRecord(size)),
  lossFigure: (size) => lossFigure(madeUpRecord(size)),
  measuresForest: (size) => measuresForest(size === "tiny" ? madeUpMeasures() : stored("measures")),
  signalFigure: (size) => signalFigure(madeUpSignal(size === "tiny" ? ["cell"] : undefined)),
  trainFigure: () => trainFigure([madeUpTraining("one", 0, 5000), madeUpTraining("two", 0)]),
};

/**
 * A sample of what every builder in `lib/figures/plots` draws, under the builder's name; variants after a space. Each is built
 * once in a process, and only to be read.
 */
export const everyFigure: typeof builders = Object.fromEntries(
  Object.entries(builders).map(([name, build]) => [name, oncePer(build)]),
);
