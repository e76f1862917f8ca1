import { checkDefined } from "../config/definitions";
import { defaultSpaceConfig, type SpaceConfig, spaceConfig, spaceSection } from "../config/spaceConfig";
import { BarsError, GenotypeError } from "../util/errors";
import { parseJson } from "../util/parseJson";
import { showValue } from "../util/showValue";
import { type Genotype, type GenotypeChoice, type GenotypeEdge, genotype } from "./genotype";

const fields = ["kind", "schema", "space", "cells", "depth", "width"] as const;

/**
 * Reads a genotype from a value of unknown origin (parsed JSON) and returns its canonical form, frozen.
 *
 * Everything is checked: kind and schema, every field of the space, and every choice. Nothing is filled in:
 * a missing field is an error, because a default would silently build another network.
 *
 * @throws GenotypeError that names the place, what was expected and what came.
 *
 * @example
 * ```ts
 * const drawn = bars.space.randomGenotype(bars.space.spaceConfig({ cellLayout: [0, 1], steps: 1 }), bars.randomKey(0));
 * const read = bars.space.validateGenotype(JSON.parse(bars.space.genotypeJson(drawn)));
 * console.log(bars.space.genotypeHash(read) === bars.space.genotypeHash(drawn)); // true
 * ```
 */
export function validateGenotype(value: unknown, place = "genotype"): Genotype {
  const given = plainObject(value, place);
  if (given["kind"] !== "bars.genotype") {
    throw new GenotypeError(`${place}: kind must be "bars.genotype", got ${showValue(given["kind"])}.`);
  }
  if (given["schema"] !== 1) {
    throw new GenotypeError(
      `${place}: schema must be 1, the only version this release reads, got ${showValue(given["schema"])}; ` +
        "read it with the release that wrote it.",
    );
  }
  const { defined, ...rest } = given;
  if (defined !== undefined) checkDefinedHere(defined, place);
  exactKeys(rest, fields, place);
  const space = validateSpace(given["space"], `${place}.space`);
  const cells = list(given["cells"], `${place}.cells`).map((edges, group) => {
    const at = `${place}: cell group ${group}`;
    return list(edges, at).map((edge, i) => validateEdge(edge, `${at}, edge ${i}`));
  });
  // Numbers inside these lists are checked against the space by genotype().
  const depth = list(given["depth"], `${place}.depth`) as number[];
  const width = list(given["width"], `${place}.width`) as number[];
  const choice: GenotypeChoice = { cells, depth, width };
  return genotype(space, choice, place);
}

/**
 * Reads a genotype from JSON text.
 *
 * @throws GenotypeError as {@link validateGenotype}, and where the text is not JSON.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const same = bars.space.parseGenotype(bars.space.genotypeJson(genotype));
 * console.log(same.depth, same.width); // [1,1] [1,1]
 * ```
 */
export function parseGenotype(text: string, place = "genotype"): Genotype {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new GenotypeError(`${place}: expected JSON text, got ${showValue(text.slice(0, 40))} (${why}).`, {
      cause,
    });
  }
  return validateGenotype(value, place);
}

function checkDefinedHere(defined: unknown, place: string): void {
  try {
    checkDefined(defined, place);
  } catch (cause) {
    if (!(cause instanceof BarsError)) throw cause;
    throw new GenotypeError(cause.message, { cause });
  }
}

function validateSpace(value: unknown, place: string): SpaceConfig {
  const given = plainObject(value, place);
  exactKeys(given, Object.keys(defaultSpaceConfig), place, Object.keys(spaceSection.fields));
  try {
    return spaceConfig(given as Partial<SpaceConfig>, place);
  } catch (cause) {
    if (!(cause instanceof BarsError)) throw cause;
    throw new GenotypeError(cause.message, { cause });
  }
}

function validateEdge(value: unknown, place: string): GenotypeEdge {
  const given = plainObject(value, place);
  exactKeys(given, ["to", "from", "primitive"], place);
  // Values are checked against the space by genotype().
  return given as unknown as GenotypeEdge;
}

function plainObject(value: unknown, place: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new GenotypeError(`${place}: expected an object, got ${showValue(value)}.`);
  }
  return value as Record<string, unknown>;
}

function list(value: unknown, place: string): unknown[] {
  if (!Array.isArray(value)) throw new GenotypeError(`${place}: expected a list, got ${showValue(value)}.`);
  return value;
}

/** @param known fields that may be there; those of `expected` must. */
function exactKeys(
  given: Record<string, unknown>,
  expected: readonly string[],
  place: string,
  known: readonly string[] = expected,
): void {
  for (const key of expected) {
    if (!Object.hasOwn(given, key)) throw new GenotypeError(`${place}: expected a field "${key}", got none.`);
  }
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) {
      throw new GenotypeError(`${place}: unknown field "${key}". Known fields: ${known.join(", ")}.`);
    }
  }
}
