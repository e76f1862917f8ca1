import { fold } from "../random/randomKey";
import { type Genotype, genotype } from "../space/genotype";
import { DeriveError } from "../util/errors";
import { showValue } from "../util/showValue";
import type { DeriveInput, DeriveRule, ProbabilityOptions } from "./deriveRule";
import { sampleRule } from "./sampleRule";

export interface BestOfOptions extends ProbabilityOptions {
  /** Architectures drawn. */
  readonly samples: number;
}

/** The best of several samples, by the accuracy each has inside the supernet. */
export const bestOfRule: DeriveRule<BestOfOptions> = Object.freeze({
  formula:
    "draw `samples` architectures as rule sample does; keep the one with the highest accuracy at the supernet's weights (alpha split, batch norms recalibrated for each); ties: the first drawn",
  source:
    "aw_nas derives so (8 samples by default); recalibration: Guo et al. 2020, arXiv:1904.00420, instead of its batch statistics",
  defaults: Object.freeze({ method: "softmax", temperature: 1, samples: 8 } as const),
  fields: {
    samples: {
      kind: "integer",
      least: 1,
      step: 1,
      unit: "architectures",
      label: "samples",
      about: "architectures drawn, of which the most accurate inside the supernet is kept",
    },
  },
  needsKey: true,
  needsCheckpoint: true,
  ownLayout: true,
  problem: (options) => {
    const { samples } = options;
    return Number.isInteger(samples) && samples >= 1
      ? sampleRule.problem(options)
      : `samples must be an integer of at least 1, got ${showValue(samples)}`;
  },
  choose: (input, options) => {
    const { score } = input;
    if (score === undefined) {
      throw new DeriveError(
        'derive: rule "best_of" ranks its samples by the supernet\'s accuracy and needs the checkpoint of the search, got none. Use deriveBySupernet with the folder of the run, or `bars derive <folder>`.',
      );
    }
    const candidates = bestOfCandidates(input, options);
    const scores = candidates.map(score);
    const best = scores.reduce((top, value, i) => (value > (scores[top] as number) ? i : top), 0);
    return { ...(candidates[best] as Genotype), scores };
  },
} satisfies DeriveRule<BestOfOptions>);

/** The architectures rule "best_of" ranks, in the order they are drawn. */
export function bestOfCandidates(input: DeriveInput, options: BestOfOptions): Genotype[] {
  const { key } = input;
  if (key === undefined)
    throw new DeriveError('derive: rule "best_of" expected a key to draw with, got none.');
  return Array.from({ length: options.samples }, (_, i) =>
    genotype(input.space, sampleRule.choose({ ...input, key: fold(key, i) }, options), "best_of"),
  );
}
