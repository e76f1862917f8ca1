import { type SamplerFacts, samplers } from "../config/samplers";
import { ConfigError } from "../util/errors";
import type { SamplerDraw } from "./sampler";

/** A sampler to define: what it is, and how it draws. */
export interface SamplerSpec extends Pick<SamplerFacts, "name" | "version" | "formula">, SamplerDraw {
  /** Paper it comes from; left out: "ours". */
  readonly source?: string;
  /** "softmax" where a row is one choice, "sigmoid" where every candidate is decided about alone; left out: "softmax". */
  readonly probabilities?: SamplerFacts["probabilities"];
  /** Whether the temperature belongs to these probabilities; left out: false. */
  readonly tempered?: boolean;
  /** Whether a draw is a single candidate of each row; left out: false. */
  readonly single?: boolean;
}

/**
 * Makes a sampler of one's own known by name to all searches: `samplers: { cell: { method: name } }`. Records name it
 * with its version; who reads or resumes them must have defined it.
 *
 * @returns the sampler, as the table holds it.
 * @throws ConfigError for a name that is taken or no identifier, a version that is no integer from 1, or a part that is
 * missing.
 *
 * @example
 * ```ts
 * bars.defineSampler({
 *   name: "half_softmax",
 *   formula: "(softmax(alpha) + 1 / K) / 2",
 *   draw: ({ alphas }) => bars.tf.div(bars.tf.add(bars.tf.softmax(alphas), 1 / alphas.shape[1]), 2),
 * });
 * const config = bars.searchConfig({ samplers: { cell: { method: "half_softmax" } } });
 * config.samplers.cell.method; // "half_softmax"
 * ```
 */
export function defineSampler(spec: SamplerSpec): SamplerFacts {
  const { name, version = 1, formula, source = "ours", probabilities = "softmax" } = spec;
  const { tempered = false, single = false, draw, chosen } = spec;
  const fail = (what: string, got: unknown): never => {
    throw new ConfigError(`defineSampler: ${JSON.stringify(name)}: ${what}, got ${JSON.stringify(got)}.`);
  };
  if (typeof draw !== "function") fail("draw must be a function of { alphas, temperature, key }", draw);
  if (typeof formula !== "string" || formula === "") fail("formula must be a text", formula);
  if (probabilities !== "softmax" && probabilities !== "sigmoid")
    fail('probabilities must be "softmax" or "sigmoid"', probabilities);
  return samplers.define<SamplerFacts & SamplerDraw>({
    name,
    version,
    formula,
    source,
    probabilities,
    tempered,
    single,
    draw,
    ...(chosen === undefined ? {} : { chosen }),
  });
}
