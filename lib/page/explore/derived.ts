import { costByPart, type PartCost } from "../../cost/costByPart";
import { deriveInputOf } from "../../derive/alphasAt";
import { type Derivation, derive, type RuleChoice } from "../../derive/derive";
import type { DeriveInput } from "../../derive/deriveRule";
import { marginNoise, type NoiseOfMargins } from "../../derive/marginNoise";
import { parameterFreeShare } from "../../derive/parameterFreeShare";
import { type ProbabilityMethod, probabilitiesOf } from "../../derive/probabilitiesOf";
import { fold, randomKey } from "../../random/randomKey";
import type { Alphas } from "../../space/alphas";
import { genotypeHash } from "../../space/genotypeJson";
import { BarsError } from "../../util/errors";
import { deriveCode } from "./deriveCode";
import type { PageRecord, PageSearch } from "./exploreData";
import { libraryRule, type Place, ruleChoiceOf, type Settings } from "./settings";

/** All that is seen of one setting of the controls. */
export interface Derived {
  readonly derivation: Derivation;
  readonly hash: string;
  /** Of the alphas that were read, by the rule's method and temperature. */
  readonly probabilities: Alphas;
  readonly parts: readonly PartCost[];
  /** How far each margin moved over the last epochs; null where that is not known. */
  readonly noise: NoiseOfMargins | null;
  /** Share of edges whose choice has no weights. */
  readonly parameterFree: number;
  /** The call that derives it. */
  readonly code: string;
}

/** What a derivation reads: alphas of the place, and the key of the seed. */
export function inputOf(record: PageRecord, { place, seed }: Pick<Settings, "place" | "seed">): DeriveInput {
  const input = place === "fit" ? raceInputOf(record) : deriveInputOf(record, place);
  return { ...input, key: fold(randomKey(seed), "derive") };
}

/** Where a page begins: the fit of a race, the epoch a search chose, else its last. */
export function firstPlace({ race, chosen, epochs }: PageRecord): Place {
  return race ? "fit" : (chosen?.epoch ?? epochs.at(-1)?.epoch ?? "start");
}

function raceInputOf({ race }: PageRecord): DeriveInput {
  if (race === undefined) throw new BarsError("This is a search: it has epochs, and no fit.");
  return deriveInputOf(race);
}

/**
 * Derives by the code that Node runs, and reads off what is shown.
 * @returns the text of the error where the rule cannot be applied.
 */
export function derivedOf(search: PageSearch, settings: Settings): Derived | string {
  const { record } = search;
  if (record === null) return search.problem ?? "There is no record.";
  try {
    return shown(search, record, settings, derivationOf(search, record, settings));
  } catch (error) {
    if (error instanceof BarsError) return error.message;
    throw error;
  }
}

function derivationOf(search: PageSearch, record: PageRecord, settings: Settings): Derivation {
  if (libraryRule(settings.rule) !== null)
    return derive(inputOf(record, settings), ruleChoiceOf(settings) as RuleChoice);
  const { place } = settings;
  if (typeof place === "object")
    throw new BarsError(
      `${settings.rule} is a function of your own: what it derives was worked out for single epochs. Leave the window, or copy the code.`,
    );
  const found = search.ownRules.find(({ name }) => name === settings.rule)?.derivations[String(place)];
  if (typeof found === "object") return found;
  throw new BarsError(
    found ?? `${settings.rule} is a function of your own, and has no result here for this epoch.`,
  );
}

function shown(search: PageSearch, record: PageRecord, settings: Settings, derivation: Derivation): Derived {
  const { genotype, rule } = derivation;
  const method = rule["method"] as ProbabilityMethod;
  const temperature = rule["temperature"] as number;
  const { alphas } = inputOf(record, settings);
  const { place } = settings;
  return {
    derivation,
    hash: genotypeHash(genotype),
    probabilities: probabilitiesOf(alphas, method, temperature),
    parts: costByPart(genotype, record.config.binarization),
    // A race has one fit: nothing moved over epochs.
    noise:
      search.thinned || place === "fit"
        ? null
        : marginNoise(record, place, genotype, { method, temperature }),
    parameterFree: parameterFreeShare(genotype),
    code: deriveCode(search.expression, settings),
  };
}
