import { hashJson } from "../../util/canonicalJson";
import type { FigureProvenance } from "./provenance";

/** What figures and drawings of one record say of where they come from. @param record of a run, as it was read. */
export function recordSources(record: {
  readonly configHash: string;
  readonly config: { readonly seed: number };
}): FigureProvenance {
  const { configHash, config } = record;
  return { configHashes: [configHash], seeds: [config.seed], recordHashes: [hashJson(record)] };
}
