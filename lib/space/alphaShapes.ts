import type { SpaceConfig } from "../config/spaceConfig";
import { GenotypeError } from "../util/errors";
import { showValue } from "../util/showValue";
import type { Alphas } from "./alphas";
import { edgesOf } from "./edges";
import { groupCount, stagesOf } from "./stages";
import { widthCount } from "./widthSlots";

/** Lengths of the lists in an {@link Alphas}. */
export interface AlphaShapes {
  readonly groups: number;
  readonly edges: number;
  readonly primitives: number;
  /** For each stage `cells + 1` sources, or 0 where depth is not searched or the stage has no cells. */
  readonly depth: readonly number[];
  /** For each width (`widthSlots`) the number of width choices, or 0 where there is one choice. */
  readonly width: readonly number[];
}

export function alphaShapes(space: SpaceConfig): AlphaShapes {
  const stages = stagesOf(space);
  const widths = space.widthChoices.length > 1 ? space.widthChoices.length : 0;
  return {
    groups: groupCount(space),
    edges: edgesOf(space.steps).length,
    primitives: space.primitives.length,
    depth: stages.map(({ cells }) => (space.searchDepth && cells.length > 0 ? cells.length + 1 : 0)),
    width: Array.from({ length: widthCount(space) }, () => widths),
  };
}

/**
 * Checks that alphas belong to a space and are finite.
 *
 * @throws GenotypeError that names the first list of another length, or the first value that is no finite number.
 */
export function checkAlphas(space: SpaceConfig, alphas: Alphas, place = "alphas"): void {
  const shapes = alphaShapes(space);
  const length = (list: unknown, expected: number, at: string, what: string) => {
    const got = Array.isArray(list) ? list.length : undefined;
    if (got === expected) return;
    throw new GenotypeError(`${at}: expected ${expected} ${what}, got ${got ?? showValue(list)}.`);
  };
  const numbers = (list: readonly number[], expected: number, at: string, what: string) => {
    length(list, expected, at, what);
    const bad = list.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new GenotypeError(`${at}: expected finite numbers, got ${list[bad]} at index ${bad}.`);
  };
  length(alphas.cells, shapes.groups, `${place}.cells`, "cell groups");
  alphas.cells.forEach((edges, group) => {
    length(edges, shapes.edges, `${place}.cells[${group}]`, `edges (${space.steps} steps)`);
    edges.forEach((row, edge) => {
      numbers(row, shapes.primitives, `${place}.cells[${group}][${edge}]`, "primitives");
    });
  });
  for (const key of ["depth", "width"] as const) {
    const rows = key === "width" && space.widthPer === "cell" ? "widths" : "stages";
    length(alphas[key], shapes[key].length, `${place}.${key}`, rows);
    alphas[key].forEach((row, stage) => {
      const what = key === "depth" ? "sources" : "width choices";
      numbers(row, shapes[key][stage] as number, `${place}.${key}[${stage}]`, what);
    });
  }
}

/** An {@link Alphas} of a space's shapes whose values are `value(place)`, places counted from 0 in reading order. */
export function alphasFrom(space: SpaceConfig, value: (place: number) => number): Alphas {
  const shapes = alphaShapes(space);
  let next = 0;
  const row = (length: number) => Array.from({ length }, () => value(next++));
  const table = (rows: number, length: number) => Array.from({ length: rows }, () => row(length));
  return {
    cells: Array.from({ length: shapes.groups }, () => table(shapes.edges, shapes.primitives)),
    depth: shapes.depth.map(row),
    width: shapes.width.map(row),
  };
}

/** How many numbers an {@link Alphas} of this space holds. */
export function alphaCount(space: SpaceConfig): number {
  const shapes = alphaShapes(space);
  const sum = (list: readonly number[]) => list.reduce((total, length) => total + length, 0);
  return shapes.groups * shapes.edges * shapes.primitives + sum(shapes.depth) + sum(shapes.width);
}
