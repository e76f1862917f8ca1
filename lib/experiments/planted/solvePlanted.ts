import { join } from "node:path";
import type { Overrides } from "../../config/check";
import type { SearchConfig } from "../../config/searchConfig";
import { totalCost } from "../../cost/costTable";
import { deriveInputOf } from "../../derive/alphasAt";
import { derive, type RuleChoice } from "../../derive/derive";
import { genotypeModel } from "../../records/modelSpec";
import type { SearchRecord } from "../../records/searchRecord";
import { search } from "../../search/search";
import type { Genotype } from "../../space/genotype";
import { genotypeHash } from "../../space/genotypeJson";
import { train } from "../../train/train";
import { type PlantedName, plantedSearch, plantedTraining } from "./plantedProblems";

/** What came of one search for a planted problem. Shares are from 0 to 1. */
export interface PlantedOutcome {
  readonly problem: PlantedName;
  readonly seed: number;
  readonly genotype: Genotype;
  /** Of the supernet with its mixture, and at the derived architecture with the shared weights, on the alpha split. */
  readonly supernetAccuracy: number;
  readonly sharedAccuracy: number;
  /** Of the derived network, trained from scratch, on test images. */
  readonly accuracy: number;
  /** 1-bit multiply-accumulates of the derived network. */
  readonly bops: number;
  /** Whether the accuracy is at least {@link solvedAt}, within the problem's budget where it has one. */
  readonly solved: boolean;
}

/** Accuracy from which a planted problem of two classes counts as solved. */
const solvedAt = 0.95;

/** How a search is turned into an architecture. */
export type PlantedDerivation = (record: SearchRecord, directory: string) => Genotype | Promise<Genotype>;

export interface PlantedOptions {
  /** Folder of the search. */
  readonly directory: string;
  /** Folder of the trainings, by default the same. A network that was trained there before is not trained again. */
  readonly trainings?: string;
  /** What it changes of {@link plantedSearch}. */
  readonly search?: Overrides<SearchConfig>;
  /** By default rule "argmax", operations that nothing feeds left out. */
  readonly derive?: Exclude<RuleChoice, (...given: never[]) => unknown> | PlantedDerivation;
}

/**
 * Searches a planted problem, derives, trains the derived network from scratch and says whether it solves the task: whether a
 * search, with settings and a rule of one's own, finds what a task needs.
 *
 * Search and training go on, or return what they did, as `search` and `train` do.
 */
export async function solvePlanted(
  problem: PlantedName,
  seed: number,
  options: PlantedOptions,
): Promise<PlantedOutcome> {
  const { directory, trainings = directory, search: overrides = {} } = options;
  const folder = join(directory, `search-${problem}-seed${seed}`);
  const record = await search(plantedSearch(problem, { ...overrides, seed }), { directory: folder });
  const genotype = await derivedBy(options.derive ?? { rule: "argmax", prune: true }, record, folder);
  const accuracy = await plantedAccuracy(problem, genotype, trainings);
  const last = record.epochs.at(-1);
  const { bops } = totalCost(genotype);
  const { budget } = record.config.cost;
  return {
    problem,
    seed,
    genotype,
    supernetAccuracy: last?.supernetAccuracy ?? 0,
    sharedAccuracy: last?.derivedAccuracy ?? 0,
    accuracy,
    bops,
    solved: accuracy >= solvedAt && bops <= (record.config.cost.method === "none" ? Infinity : budget),
  };
}

async function derivedBy(
  rule: NonNullable<PlantedOptions["derive"]>,
  record: SearchRecord,
  folder: string,
): Promise<Genotype> {
  if (typeof rule === "function") return rule(record, folder);
  return derive(deriveInputOf(record), rule).genotype;
}

/**
 * Test accuracy of a network trained from scratch on a planted problem: of the first of `seeds` that solves it, else of the
 * best. Trainings are kept in the folder, by the architecture's hash.
 */
async function plantedAccuracy(
  problem: PlantedName,
  genotype: Genotype,
  directory: string,
  seeds: readonly number[] = [0, 1],
): Promise<number> {
  let best = 0;
  for (const seed of seeds) {
    const folder = join(directory, `train-${problem}-${genotypeHash(genotype).slice(0, 12)}-seed${seed}`);
    const { tests } = await train(plantedTraining(problem, { seed }), genotypeModel(genotype), {
      directory: folder,
    });
    best = Math.max(best, tests.find(({ which }) => which === "all")?.accuracy ?? 0);
    if (best >= solvedAt) break;
  }
  return best;
}
