import { deepFreeze } from "../config/check";
import type { SpaceConfig } from "../config/spaceConfig";
import type { BuiltInPrimitive } from "../primitives/builtIn";
import { type Primitive, primitives } from "../primitives/primitives";
import { GenotypeError } from "../util/errors";
import { showValue } from "../util/showValue";
import { effectiveWidths, type LayoutChoice } from "./layoutChoice";
import { groupCount, stagesOf } from "./stages";
import { widthCount } from "./widthSlots";

/** One chosen operation. Node 0 is the cell's input; nodes 1 … steps are intermediate. Never "none". */
export interface GenotypeEdge {
  readonly to: number;
  readonly from: number;
  readonly primitive: Exclude<Primitive, "none">;
}

/**
 * One discrete architecture: the cells' topologies and the layout, with the space they were chosen from, so
 * that a stored genotype can be costed, drawn and built with nothing else at hand. Plain JSON.
 *
 * Canonical form (what {@link canonicalGenotype} gives): edges ordered by `to`, `from`, primitive, each once;
 * a stage without cells that is followed by another takes that stage's width (`effectiveWidths`).
 */
export interface Genotype {
  readonly kind: "bars.genotype";
  readonly schema: 1;
  readonly space: SpaceConfig;
  /** Edges of each cell group. Several operations may share an edge; a node may have none. */
  readonly cells: readonly (readonly GenotypeEdge[])[];
  /** Normal cells kept in each stage, counted from the stage's opening state: 0 … cells of the stage. */
  readonly depth: readonly number[];
  /**
   * Channel multiplier of each stage, one of the space's width choices; with `space.widthPer` "cell" of the input of each
   * normal cell, stage by stage (one for a stage without any).
   */
  readonly width: readonly number[];
}

/** The choices of a genotype, without its space. */
export interface GenotypeChoice extends LayoutChoice {
  readonly cells: readonly (readonly GenotypeEdge[])[];
}

/**
 * The genotype of these choices, canonical and frozen. `depth` defaults to every cell kept, `width` to 1.
 *
 * @throws GenotypeError for a choice the space does not have.
 *
 * @example
 * ```ts
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const tiny = bars.space.genotype(space, {
 *   cells: [
 *     [{ to: 1, from: 0, primitive: "bin_conv_3x3" }],
 *     [{ to: 1, from: 0, primitive: "skip_connect" }],
 *   ],
 * });
 * console.log(tiny.depth, tiny.width); // [1,1] [1,1]
 * ```
 */
export function genotype(
  space: SpaceConfig,
  choice: Pick<GenotypeChoice, "cells"> & Partial<LayoutChoice>,
  place = "genotype",
): Genotype {
  const stages = stagesOf(space);
  const whole = {
    cells: choice.cells,
    depth: choice.depth ?? stages.map((stage) => stage.cells.length),
    width: choice.width ?? Array.from({ length: widthCount(space) }, () => 1),
  };
  checkChoice(space, whole, place);
  return canonicalGenotype({ kind: "bars.genotype", schema: 1, space, ...whole });
}

/**
 * The canonical form of a valid genotype, frozen: two genotypes that build the same network by the same choices
 * have the same canonical form.
 *
 * @example
 * ```ts
 * const drawn = bars.space.randomGenotype(bars.space.spaceConfig({ cellLayout: [0, 1], steps: 2 }), bars.randomKey(0));
 * const once = bars.space.canonicalGenotype(drawn);
 * console.log(JSON.stringify(bars.space.canonicalGenotype(once)) === JSON.stringify(once)); // true
 * ```
 */
export function canonicalGenotype(value: Genotype): Genotype {
  const cells = value.cells.map((edges) => {
    const sorted = [...edges].sort(compareEdges);
    const once = sorted.filter(
      (edge, i) => i === 0 || compareEdges(edge, sorted[i - 1] as GenotypeEdge) !== 0,
    );
    return once.map(({ to, from, primitive }) => ({ to, from, primitive }));
  });
  return deepFreeze({
    kind: value.kind,
    schema: value.schema,
    space: value.space,
    cells,
    depth: [...value.depth],
    width: effectiveWidths(value),
  });
}

function compareEdges(a: GenotypeEdge, b: GenotypeEdge): number {
  return a.to - b.to || a.from - b.from || comparePrimitives(a.primitive, b.primitive);
}

/** The library's own in their order, then a user's by name: the same in every process, whoever defined what first. */
function comparePrimitives(a: Primitive, b: Primitive): number {
  const places = [a, b].map((name) => primitives.builtInNames.indexOf(name as BuiltInPrimitive));
  const [first, second] = places.map((place) => (place < 0 ? Number.MAX_SAFE_INTEGER : place)) as [
    number,
    number,
  ];
  return first - second || (a < b ? -1 : a > b ? 1 : 0);
}

/** @throws GenotypeError for the first choice that the space does not have. */
function checkChoice(space: SpaceConfig, choice: GenotypeChoice, place: string): void {
  const groups = groupCount(space);
  expect(
    choice.cells.length === groups,
    place,
    "cells",
    `the edges of ${groups} cell groups`,
    choice.cells.length,
  );
  choice.cells.forEach((edges, group) => {
    checkEdges(space, edges, `${place}: cell group ${group}`);
  });
  const stages = stagesOf(space);
  const widths = widthCount(space);
  const perCell = space.widthPer === "cell";
  for (const [key, entries, what] of [
    ["depth", stages.length, "stages"],
    ["width", widths, perCell ? "widths (of normal cells; of a stage without any, its own)" : "stages"],
  ] as const) {
    const got = choice[key].length;
    expect(got === entries, place, key, `one entry for each of ${entries} ${what}`, got);
  }
  for (const stage of stages) {
    const { index } = stage;
    const most = stage.cells.length;
    const depth = choice.depth[index] as number;
    const fits = Number.isInteger(depth) && depth >= 0 && depth <= most;
    expect(fits, place, `depth of stage ${index}`, `an integer from 0 to ${most}`, depth);
    const free = space.searchDepth || depth === most;
    expect(
      free,
      place,
      `depth of stage ${index}`,
      `${most}, because this space does not search depth`,
      depth,
    );
  }
  const choices = space.widthChoices.join(", ");
  for (const [i, width] of choice.width.entries()) {
    const at = perCell ? `width ${i}` : `width of stage ${i}`;
    expect(space.widthChoices.includes(width), place, at, `one of ${choices}`, width);
  }
}

function expect(ok: boolean, place: string, what: string, expected: string, got: unknown): void {
  if (!ok) throw new GenotypeError(`${place}: ${what} must be ${expected}, got ${showValue(got)}.`);
}

function checkEdges(space: SpaceConfig, edges: readonly GenotypeEdge[], place: string): void {
  const seen = new Set<string>();
  for (const { to, from, primitive } of edges) {
    const isNode = Number.isInteger(to) && to >= 1 && to <= space.steps;
    if (!isNode) {
      throw new GenotypeError(
        `${place}: an edge must end at a node from 1 to ${space.steps}, got ${showValue(to)}.`,
      );
    }
    const node = `${place}, node ${to}`;
    if (!space.primitives.includes(primitive) || (primitive as string) === "none") {
      const known = space.primitives.filter((name) => name !== "none").join(", ");
      throw new GenotypeError(`${node}: primitive must be one of ${known}, got ${showValue(primitive)}.`);
    }
    if (!(Number.isInteger(from) && from >= 0 && from < to)) {
      const before = to === 1 ? "only node 0 precedes it" : `only nodes 0 to ${to - 1} precede it`;
      throw new GenotypeError(`${node}: ${primitive} reads node ${showValue(from)}, but ${before}.`);
    }
    const name = `${to} ${from} ${primitive}`;
    if (seen.has(name)) {
      throw new GenotypeError(
        `${node}: ${primitive} from node ${from} is listed twice; list each operation once.`,
      );
    }
    seen.add(name);
  }
}
