import { definedIn } from "../config/definitions";
import { canonicalJson, hashJson } from "../util/canonicalJson";
import { canonicalGenotype, type Genotype } from "./genotype";

/**
 * The canonical JSON text of a genotype: canonical form, keys in alphabetical order, no white space. Where its space holds
 * primitives of the user's own it says which, as `defined`.
 */
export function genotypeJson(genotype: Genotype): string {
  return canonicalJson({ ...canonicalGenotype(genotype), ...definedIn({ space: genotype.space }) });
}

/** SHA-256 of {@link genotypeJson} without `defined`, 64 lower-case hexadecimal digits: the name of an architecture. */
export function genotypeHash(genotype: Genotype): string {
  return hashJson(canonicalGenotype(genotype));
}
