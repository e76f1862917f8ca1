import type { EvolutionSettings } from "../config/evolutionConfig";
import { fold, integers, type RandomKey } from "../random/randomKey";
import type { EvolutionEntry } from "../records/evolutionRecord";
import type { Genotype } from "../space/genotype";
import { mutateGenotype } from "../space/mutateGenotype";
import { ConfigError } from "../util/errors";

/** The numbers {@link evolution} goes by. */
export type EvolutionPace = Pick<EvolutionSettings, "population" | "sample" | "evaluations" | "attempts">;

/** What an evolution needs of the world. */
export interface EvolutionWorld {
  /** A random architecture of the space. */
  draw(key: RandomKey): Genotype;
  /** What is made of an architecture that was drawn or mutated before anything else is asked of it; left out: nothing. */
  readonly prepared?: (genotype: Genotype) => Genotype;
  /** Whether an architecture stays within the budget. */
  fits(genotype: Genotype): boolean;
  /** What is maximised, e.g. accuracy on held-out training images. Called once an index, in order. */
  evaluate(genotype: Genotype, index: number, key: RandomKey): Promise<number> | number;
  /** Called after each evaluation. */
  onEntry?(history: readonly EvolutionEntry[]): void | Promise<void>;
}

/**
 * Regularised ("ageing") evolution: the first `population` architectures are random; then, until `evaluations` are
 * done, `sample` of those alive are drawn with replacement, the fittest of them is mutated, its child is evaluated
 * and joins, and the **oldest** dies, however fit it is. Ties go to the younger.
 *
 * Everything random follows from `key` and the index of an evaluation, so an interrupted evolution goes on from its
 * history to the same result: entries of `history` are not evaluated again.
 *
 * @throws ConfigError for settings out of range, or where `attempts` draws find no architecture within the budget.
 *
 * Reference: Real et al. 2019, "Regularized Evolution for Image Classifier Architecture Search", arXiv:1802.01548,
 * algorithm 1.
 *
 * @example
 * ```ts
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const pace = { population: 4, sample: 2, evaluations: 12, attempts: 100 };
 * const world = {
 *   draw: (key) => bars.space.randomGenotype(space, key),
 *   fits: () => true,
 *   evaluate: (genotype) => bars.cost.totalCost(genotype).bops,
 * };
 * const history = await bars.experiments.evolution(pace, world, bars.randomKey(0));
 * console.log(history.length, bars.experiments.fittest(history).fitness > 0); // 12 true
 * ```
 */
export async function evolution(
  config: EvolutionPace,
  world: EvolutionWorld,
  key: RandomKey,
  history: readonly EvolutionEntry[] = [],
): Promise<EvolutionEntry[]> {
  checkEvolution(config);
  const entries = [...history];
  for (let index = entries.length; index < config.evaluations; index++) {
    const own = fold(fold(key, "evolution"), index);
    const { parent, genotype } = candidate(config, world, entries, own);
    const fitness = await world.evaluate(genotype, index, fold(own, "evaluate"));
    entries.push({ index, parent, genotype, fitness });
    await world.onEntry?.(entries);
  }
  return entries;
}

/**
 * The fittest of a history; the first of equals. @throws ConfigError if it is empty.
 *
 * @example
 * ```ts
 * const { genotype } = bars.derive(bars.deriveInputOf(bars.readSearchRecord("data/records/search-cured-seed0.json")));
 * const history = [0.5, 0.7, 0.6].map((fitness, index) => ({ index, parent: null, genotype, fitness }));
 * console.log(bars.experiments.fittest(history).index); // 1
 * ```
 */
export function fittest(history: readonly EvolutionEntry[]): EvolutionEntry {
  const [first, ...others] = history;
  if (!first) throw new ConfigError("fittest: expected a history with at least one entry, got none.");
  return others.reduce((best, entry) => (entry.fitness > best.fitness ? entry : best), first);
}

/** The next architecture and its parent's index. */
function candidate(
  config: EvolutionPace,
  world: EvolutionWorld,
  entries: readonly EvolutionEntry[],
  key: RandomKey,
): Pick<EvolutionEntry, "parent" | "genotype"> {
  const parent = entries.length < config.population ? null : tournament(config, entries, fold(key, "sample"));
  for (let attempt = 0; attempt < config.attempts; attempt++) {
    const own = fold(fold(key, "attempt"), attempt);
    const drawn = parent ? mutateGenotype(parent.genotype, own) : world.draw(own);
    const genotype = world.prepared?.(drawn) ?? drawn;
    if (world.fits(genotype)) return { parent: parent?.index ?? null, genotype };
  }
  const what = parent ? `mutations of architecture ${parent.index}` : "random architectures";
  throw new ConfigError(
    `evolution: none of ${config.attempts} ${what} stays within the budget. Raise the budget or "attempts", or take a space with cheaper architectures.`,
  );
}

/** The fittest of `sample` draws among the youngest `population` entries. */
function tournament(
  { population, sample }: EvolutionPace,
  entries: readonly EvolutionEntry[],
  key: RandomKey,
): EvolutionEntry {
  const alive = entries.slice(-population);
  const drawn = Array.from(integers(key, sample, alive.length), (i) => alive[i] as EvolutionEntry);
  return drawn.reduce((best, entry) =>
    entry.fitness > best.fitness || (entry.fitness === best.fitness && entry.index > best.index)
      ? entry
      : best,
  );
}

function checkEvolution({ population, sample, evaluations, attempts }: EvolutionPace): void {
  const whole = { population, sample, evaluations, attempts };
  for (const [name, value] of Object.entries(whole)) {
    if (!(Number.isInteger(value) && value >= 1))
      throw new ConfigError(`evolution: ${name} must be a whole number of at least 1, got ${value}.`);
  }
  if (evaluations < population) {
    throw new ConfigError(
      `evolution: evaluations must be at least the population of ${population}, got ${evaluations}.`,
    );
  }
}
