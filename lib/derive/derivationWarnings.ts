import { builtCells } from "../space/builtCells";
import type { Genotype, GenotypeEdge } from "../space/genotype";
import { widthNames } from "../space/widthNames";
import { unfedEdges } from "./unfed";

/** How many of the epochs whose alphas were read were warm-up, in which alphas rest. */
export type RestingAlphas = "none" | "some" | "all";

/** Something a reader should know before an architecture is trusted. */
export interface DerivationWarning {
  readonly kind: "emptyCell" | "unfedNode" | "unfedOperation" | "leastWidth" | "warmup";
  /** One sentence without a full stop. */
  readonly text: string;
}

/**
 * What is odd about an architecture: a cell that is empty, a node that nothing feeds, an operation that starts at such a
 * node, a stage at the least width of the space, and alphas that the search had not touched yet.
 *
 * @param resting whether the alphas it was derived from are those of warm-up.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * console.log(bars.derivation.derivationWarnings(genotype)); // []
 * ```
 */
export function derivationWarnings(genotype: Genotype, resting: RestingAlphas = "none"): DerivationWarning[] {
  return [
    ...warmupWarnings(resting),
    ...genotype.cells.flatMap((edges, group) => cellWarnings(genotype, edges, group)),
    ...widthWarnings(genotype),
  ];
}

function warmupWarnings(resting: RestingAlphas): DerivationWarning[] {
  if (resting === "none") return [];
  const text =
    resting === "all"
      ? "the search was still warming up: these alphas are the random ones of its start, so the architecture says nothing of the data; take a later epoch"
      : "some of the epochs averaged were warm-up, in which alphas rest at their random start; begin the window later";
  return [{ kind: "warmup", text }];
}

function cellWarnings(
  genotype: Genotype,
  edges: readonly GenotypeEdge[],
  group: number,
): DerivationWarning[] {
  const place = `cell group ${group}`;
  const built = builtCells(genotype).some((cell) => cell.group === group);
  const unused = built ? "" : " (no cell of this group is built)";
  const unfed = unfedEdges(edges);
  const warnings: DerivationWarning[] = [];
  if (edges.length === unfed.length) {
    const why =
      edges.length === 0
        ? "none on every edge"
        : "nothing reaches its output, as no operation starts at its input";
    const left =
      genotype.space.cellShortcut === "none"
        ? "what its cells give is the same for every image"
        : "all that its cells give of an image is their shortcut";
    const text = `${place} is empty: ${why}; ${left}${unused}`;
    warnings.push({ kind: "emptyCell", text });
  } else {
    const fed = new Set(edges.filter((edge) => !unfed.includes(edge)).map(({ to }) => to));
    const zero = Array.from({ length: genotype.space.steps }, (_, i) => i + 1).filter(
      (node) => !fed.has(node),
    );
    if (zero.length > 0) {
      const nodes = `${zero.length === 1 ? "node" : "nodes"} ${zero.join(", ")}`;
      const text = `${place}: no operation leads from the input to ${nodes}, whose channels of the output are the same for every image${unused}`;
      warnings.push({ kind: "unfedNode", text });
    }
  }
  if (unfed.length > 0) {
    const names = unfed.map(({ primitive, from, to }) => `${primitive} ${from}->${to}`).join(", ");
    const verbs = unfed.length === 1 ? ["starts", "it adds", "costs"] : ["start", "they add", "cost"];
    const text = `${place}: ${names} ${verbs[0]} at a node nothing feeds, so ${verbs[1]} the same to every image and ${verbs[2]} as much as others; option prune=true leaves ${unfed.length === 1 ? "it" : "them"} out`;
    warnings.push({ kind: "unfedOperation", text });
  }
  return warnings;
}

function widthWarnings({ space, width }: Genotype): DerivationWarning[] {
  const least = space.widthChoices[0] as number;
  if (space.widthChoices.length === 1) return [];
  const slots = widthNames(space).filter((_, slot) => width[slot] === least);
  if (slots.length === 0) return [];
  const names = ["stage", "cell"]
    .map((kind) => ({ kind, own: slots.filter((name) => name.startsWith(kind)) }))
    .filter(({ own }) => own.length > 0)
    .map(({ kind, own }) => {
      const places = own.map((name) => name.slice(kind.length + 1));
      return `${kind}${own.length === 1 ? "" : "s"} ${places.join(", ")}`;
    })
    .join(" and ");
  return [
    {
      kind: "leastWidth",
      text: `${names}: the width is the least of the space, ${least}, which the budget or the penalty may have forced`,
    },
  ];
}
