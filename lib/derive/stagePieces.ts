import { defaultBinarizationConfig } from "../config/binarizationConfig";
import type { SpaceConfig } from "../config/spaceConfig";
import type { ComparedMeasure, Cost } from "../cost/cost";
import { type CostTables, costTables, type PairCost } from "../cost/costTables";
import { comparedIn, latencyTable } from "../cost/latencyTable";
import type { BlockStyle } from "../primitives/blockStyle";
import { groupCount } from "../space/stages";

/** What one stage at one depth and with its widths adds to the cost of a network. */
export interface StagePiece {
  /** Whatever the edges hold: 1x1 convolutions, shortcuts, stem and head. */
  readonly fixed: number;
  /** `[group][edge][primitive]`, summed over the stage's kept cells of the group. */
  readonly edges: readonly (readonly (readonly number[])[])[];
  /** `fixed` and the cheapest primitive on every edge: no cells make the piece cheaper. */
  readonly least: number;
  /** `fixed` and every primitive on every edge: no cells make the piece dearer. */
  readonly most: number;
}

/**
 * Spaces are frozen values; sweeping a budget asks for the same one again and again, with the same style. Times are those of
 * the table in use.
 */
const tablesBySpace = new WeakMap<
  SpaceConfig,
  { readonly tables: CostTables; readonly built: string; readonly times: unknown }
>();

function tablesOf(space: SpaceConfig, style: BlockStyle): CostTables {
  const times = latencyTable();
  const built = `${style.blockOrder} ${style.weight} ${style.nonlinearity} ${style.rsign}`;
  const known = tablesBySpace.get(space);
  if (known && known.built === built && known.times === times) return known.tables;
  const tables = costTables(space, style);
  tablesBySpace.set(space, { tables, built, times });
  return tables;
}

/**
 * Gives the pieces of a space's stages. Their sum over the stages is the cost of the network, exactly: see `costTables`. Of
 * times it is at least that: see `timed`.
 *
 * @param style how binary layers are built.
 * @returns for a stage, its depth, the indices of its effective widths (of each kept cell's input, at least one; one alone where
 * the width is the stage's) and of the next stage's first width (any in the last stage).
 */
export function stagePieces(
  space: SpaceConfig,
  measure: ComparedMeasure,
  style: BlockStyle = defaultBinarizationConfig,
): (stage: number, depth: number, widths: readonly number[], next: number) => StagePiece {
  const tables = tablesOf(space, style);
  const choices = space.widthChoices.length;
  const known = new Map<string, StagePiece>();
  return (stage, depth, widths, next) => {
    const key = `${stage} ${depth} ${widths.join(",")} ${next}`;
    const found = known.get(key);
    if (found) return found;
    const parts: { group: number; pair: PairCost }[] = [];
    for (const cell of tables.cells) {
      if (cell.stage !== stage || cell.position > depth) continue;
      const closes = cell.position > 0 && cell.position === depth && tables.stages[stage]?.closed === true;
      const input = widthAt(widths, cell.position);
      const output = closes ? next : widthAt(widths, cell.position === 0 ? 0 : cell.position + 1);
      parts.push({ group: cell.group, pair: cell.pairs[input * choices + output] as PairCost });
    }
    const piece = pieceOf(space, tables, parts, endsOf(tables, stage, widths), measure);
    known.set(key, piece);
    return piece;
  };
}

/** Width of the input of a stage's normal cell, counted from 1; beyond the last one that the last one has. */
function widthAt(widths: readonly number[], position: number): number {
  return widths[Math.max(0, Math.min(position, widths.length) - 1)] as number;
}

function endsOf(tables: CostTables, stage: number, widths: readonly number[]): Cost[] {
  return [
    ...(stage === 0 ? [tables.stem[widths[0] as number] as Cost] : []),
    ...(stage === tables.stages.length - 1 ? [tables.head[widths.at(-1) as number] as Cost] : []),
  ];
}

function pieceOf(
  space: SpaceConfig,
  tables: CostTables,
  parts: readonly { readonly group: number; readonly pair: PairCost }[],
  ends: readonly Cost[],
  measure: ComparedMeasure,
): StagePiece {
  const shape = tables.cells[0]?.pairs[0]?.edges ?? [];
  const edges = Array.from({ length: groupCount(space) }, () => shape.map((row) => row.map(() => 0)));
  let fixed = ends.reduce((sum, cost) => sum + comparedIn(cost, measure), 0);
  for (const { group, pair } of parts) {
    fixed += comparedIn(pair.fixed, measure);
    pair.edges.forEach((row, e) => {
      const sums = edges[group]?.[e] as number[];
      row.forEach((cost, p) => {
        sums[p] = (sums[p] as number) + comparedIn(cost, measure);
      });
    });
  }
  const rows = edges.flat();
  const least = rows.reduce((sum, row) => sum + Math.min(...row), fixed);
  const most = rows.flat().reduce((sum, cost) => sum + cost, fixed);
  return { fixed, edges, least, most };
}
