import { fold, integers, type RandomKey } from "../random/randomKey";
import { edgesOf } from "./edges";
import { type Genotype, type GenotypeEdge, genotype } from "./genotype";
import { stagesOf } from "./stages";

/** One thing about a genotype that can be changed, and the values it may take instead. */
interface Decision {
  /** How many other values there are. */
  readonly others: number;
  /** The genotype with the `i`-th other value. */
  change(i: number): Genotype;
}

/**
 * A neighbour of a genotype: one decision, drawn uniformly among those that have an alternative (the primitive on
 * one edge of one cell group, the depth of a stage, the width of a stage), takes another value, drawn uniformly. For
 * genotypes with at most one operation on an edge, as `randomGenotype` draws them; an edge with several counts as
 * one value, which is replaced.
 *
 * The result always differs from its parent, also in its canonical form, or is the parent itself where the space
 * holds nothing else.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const child = bars.space.mutateGenotype(genotype, bars.randomKey(0));
 * console.log(bars.space.genotypeHash(child) === bars.space.genotypeHash(genotype)); // false
 * ```
 */
export function mutateGenotype(parent: Genotype, key: RandomKey): Genotype {
  const before = JSON.stringify(parent);
  const decisions = decisionsOf(parent);
  // A width of a stage without cells is no decision: its change has the same canonical form.
  const changes = decisions
    .map(({ others, change }) =>
      Array.from({ length: others }, (_, i) => change(i)).filter((one) => JSON.stringify(one) !== before),
    )
    .filter((own) => own.length > 0);
  if (changes.length === 0) return parent;
  const own = changes[below(changes.length, fold(key, "decision"))] as Genotype[];
  return own[below(own.length, fold(key, "value"))] as Genotype;
}

function decisionsOf(parent: Genotype): Decision[] {
  const { space, cells, depth, width } = parent;
  const stages = stagesOf(space);
  const edges = cells.flatMap((own, group) =>
    edgesOf(space.steps).map(({ to, from }): Decision => {
      const here = own.filter((edge) => edge.to === to && edge.from === from);
      const present = here.length === 0 ? "none" : here.length === 1 ? here[0]?.primitive : undefined;
      const others = space.primitives.filter((primitive) => primitive !== present);
      return {
        others: others.length,
        change(i) {
          const primitive = others[i] as (typeof others)[number];
          const rest = own.filter((edge) => !here.includes(edge));
          const edge: GenotypeEdge[] = primitive === "none" ? [] : [{ to, from, primitive }];
          const changed = cells.map((edges, g) => (g === group ? [...rest, ...edge] : edges));
          return genotype(space, { cells: changed, depth, width });
        },
      };
    }),
  );
  const replaced = (list: readonly number[], at: number, value: number) =>
    list.map((old, i) => (i === at ? value : old));
  const depths = stages.map(({ index, cells: most }): Decision => {
    const counts = space.searchDepth ? Array.from({ length: most.length + 1 }, (_, count) => count) : [];
    const others = counts.filter((count) => count !== depth[index]);
    return {
      others: others.length,
      change: (i) => genotype(space, { cells, depth: replaced(depth, index, others[i] as number), width }),
    };
  });
  const widths = width.map((_, index): Decision => {
    const others = space.widthChoices.filter((choice) => choice !== width[index]);
    return {
      others: others.length,
      change: (i) => genotype(space, { cells, depth, width: replaced(width, index, others[i] as number) }),
    };
  });
  return [...edges, ...depths, ...widths];
}

function below(count: number, key: RandomKey): number {
  return integers(key, 1, count)[0] as number;
}
