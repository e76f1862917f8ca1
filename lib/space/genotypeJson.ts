import { definedField } from "../config/definitions";
import { spaceSection } from "../config/spaceConfig";
import { canonicalJson, hashJson } from "../util/canonicalJson";
import { canonicalGenotype, type Genotype } from "./genotype";

/**
 * The canonical JSON text of a genotype: canonical form, keys in alphabetical order, no white space. Where its space holds
 * primitives of the user's own it says which, as `defined`.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const text = bars.space.genotypeJson(genotype);
 * console.log(bars.space.genotypeHash(bars.space.parseGenotype(text)).slice(0, 12)); // 15def6a821e9
 * ```
 */
export function genotypeJson(genotype: Genotype): string {
  return canonicalJson({ ...canonicalGenotype(genotype), ...definedField([spaceSection, genotype.space]) });
}

/**
 * SHA-256 of {@link genotypeJson} without `defined`, 64 lower-case hexadecimal digits: the name of an architecture.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * console.log(bars.space.genotypeHash(genotype).slice(0, 12)); // 15def6a821e9
 * ```
 */
export function genotypeHash(genotype: Genotype): string {
  return hashJson(canonicalGenotype(genotype));
}
