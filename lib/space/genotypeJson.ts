import { canonicalJson, hashJson } from "../util/canonicalJson";
import { canonicalGenotype, type Genotype } from "./genotype";

/** The canonical JSON text of a genotype: canonical form, keys in alphabetical order, no white space. */
export function genotypeJson(genotype: Genotype): string {
  return canonicalJson(canonicalGenotype(genotype));
}

/** SHA-256 of {@link genotypeJson}, 64 lower-case hexadecimal digits: the name of an architecture. */
export function genotypeHash(genotype: Genotype): string {
  return hashJson(canonicalGenotype(genotype));
}
