import type { SpaceConfig } from "../config/spaceConfig";
import type { ComparedMeasure } from "../cost/cost";
import type { BlockStyle } from "../primitives/blockStyle";
import type { Alphas } from "../space/alphas";
import type { GenotypeChoice } from "../space/genotype";
import { stagesOf } from "../space/stages";
import { widthSlots } from "../space/widthSlots";
import { bandLabels } from "./bandLabels";
import {
  bandDecisions,
  type CellDecision,
  cellDecisions,
  chosenCells,
  emptyGroup,
  given,
  likeliestOf,
  unfedCases,
  withEmptyGroups,
} from "./cellDecisions";
import { logSoftmax, uncounted } from "./logProbabilities";
import { bestLabels, type LabelOption, labelBound } from "./paretoLabels";
import type { ProbabilityMethod } from "./probabilitiesOf";
import { type StagePiece, stagePieces } from "./stagePieces";

interface StageChoice {
  readonly depth: number;
  /** Indices of the chosen widths: one for each of the stage's (`widthSlots`). */
  readonly widths: readonly number[];
  /** Indices of those it works at: of each kept cell's input, at least one; none where it takes the next stage's. */
  readonly effective: readonly number[];
  readonly logProbability: number;
}

/** Which architectures are compared, and how likely they are. */
export interface BudgetQuestion {
  readonly measure: ComparedMeasure;
  /** Largest cost allowed. */
  readonly budget: number;
  /** Least cost allowed; left out: any. */
  readonly least?: number | undefined;
  readonly method?: ProbabilityMethod | undefined;
  readonly temperature?: number | undefined;
  /**
   * Operations that start at a node nothing feeds cost nothing, because they will be left out. Which nodes stay unfed is
   * tried exhaustively: with them given, edges into them are empty and edges out of them free.
   */
  readonly prune?: boolean | undefined;
  /**
   * With `prune` and "softmax": what is left out is not a choice. An edge that is left out is `none`, those of a group without cells are, and a
   * width that a stage takes from the next one does not count. So the sum is, but for a constant, the score that alphas fitted to
   * pruned networks predict of the pruned network.
   */
  readonly ofPruned?: boolean | undefined;
  /** How binary layers are built; left out: as by default. */
  readonly style?: BlockStyle | undefined;
}

/** The likeliest architecture within a budget, or what the cheapest of all costs where none is; of times, those of the parts. */
export type BudgetResult =
  | { readonly choice: GenotypeChoice; readonly cost: number; readonly logProbability: number }
  | { readonly cheapest: number };

/**
 * The architecture with the largest probability among those that cost at most `budget`, and at least `least`, exactly.
 *
 * Layouts are enumerated from the last stage to the first (a stage's cost depends on the next one's first width) by branch and
 * bound: a partial layout is left when even its likeliest completion is no likelier than the best found, or even its
 * cheapest one is over the budget, or its dearest one below `least`. The bounds are never too small or too large, so the
 * optimum is never cut off. For a whole layout the operations are decided by {@link bestLabels}, or {@link bandLabels} where
 * there is a least cost, with what it leaves of the budget; the cells of a group share one topology, so an operation costs
 * the sum over the group's kept cells.
 *
 * A stage without cells takes the next stage's width, so its own width is free and the likeliest is reported. With a width per
 * cell a stage's choice is its depth and the widths of the cells it keeps; those of the others are free.
 */
export function bestWithinBudget(space: SpaceConfig, alphas: Alphas, question: BudgetQuestion): BudgetResult {
  const { measure, budget, least = 0, method = "softmax", temperature = 1 } = question;
  const { prune = false, ofPruned = false } = question;
  const piece = stagePieces(space, measure, question.style);
  const pruned = prune && ofPruned && method === "softmax";
  const choices = stageChoices(space, alphas, temperature, pruned);
  const all = cellDecisions(space, alphas, method, temperature);
  const empty = pruned ? alphas.cells.map((rows) => emptyGroup(space, rows, temperature)) : [];
  const cases = (
    prune ? unfedCases(space, alphas.cells.length).map((unfed) => given(all, space, unfed, pruned)) : [all]
  )
    .filter((decisions) => decisions.every(({ options }) => options.length > 0))
    .map((decisions) => ({ decisions, sure: likeliestOf(decisions, empty) }))
    .sort((a, b) => b.sure - a.sure);
  const likeliest = choices.map((own) => Math.max(...own.map(({ logProbability }) => logProbability)));
  const before = boundsBefore(space, choices, piece);
  let best: {
    layout: readonly StageChoice[];
    decisions: readonly CellDecision[];
    options: readonly number[];
  } & LabelOption = {
    layout: [],
    decisions: [],
    options: [],
    cost: Infinity,
    logProbability: -Infinity,
  };
  const visit = (
    { decisions: asked, sure }: (typeof cases)[number],
    stage: number,
    next: number,
    later: readonly StageChoice[],
    logProbability: number,
    pieces: readonly StagePiece[],
  ): void => {
    if (stage < 0) {
      const decisions = pruned ? withEmptyGroups(asked, groupsBuilt(space, later), empty) : asked;
      const spent = pieces.reduce((sum, { fixed }) => sum + fixed, 0);
      const costs = sumOfEdges(pieces);
      const labels = decisions.map(({ group, edge, free, options }) =>
        options.map((option) => ({
          cost: free
            ? 0
            : option.primitives.reduce((sum, p) => sum + (costs[group]?.[edge]?.[p] as number), 0),
          logProbability: option.logProbability,
        })),
      );
      if (logProbability + labelBound(labels, budget - spent) <= best.logProbability) return;
      const floor = best.logProbability - logProbability;
      const found =
        least > 0 || pruned
          ? bandLabels(
              bandDecisions(space, decisions, labels),
              { least: least - spent, limit: budget - spent },
              floor,
            )
          : bestLabels(labels, budget - spent, floor);
      if (found === null) return;
      const total = { cost: spent + found.cost, logProbability: logProbability + found.logProbability };
      best = { layout: later, decisions, options: found.options, ...total };
      return;
    }
    const hope = sure + likeliest.slice(0, stage).reduce((sum, value) => sum + value, 0);
    const cheapestSoFar = pieces.reduce((sum, own) => sum + own.least, 0);
    const dearestSoFar = pieces.reduce((sum, own) => sum + own.most, 0);
    for (const own of choices[stage] as readonly StageChoice[]) {
      const reached = logProbability + own.logProbability;
      // Likeliest first: no other is likelier.
      if (reached + hope <= best.logProbability) break;
      const widths = effectiveOf(own, next);
      const opens = widths[0] as number;
      const part = piece(stage, own.depth, widths, next);
      const rest = before[stage]?.[opens] as Bounds;
      if (cheapestSoFar + part.least + rest.least > budget) continue;
      if (dearestSoFar + part.most + rest.most < least) continue;
      visit({ decisions: asked, sure }, stage - 1, opens, [own, ...later], reached, [part, ...pieces]);
    }
  };
  for (const one of cases) visit(one, choices.length - 1, -1, [], 0, []);
  if (best.layout.length === 0) return { cheapest: cheapestCost(choices, all, piece) };
  const { layout, decisions, options, cost, logProbability } = best;
  return {
    choice: {
      cells: chosenCells(space, alphas.cells.length, decisions, options),
      depth: layout.map(({ depth }) => depth),
      width: layout.flatMap(({ widths }) => widths.map((width) => space.widthChoices[width] as number)),
    },
    cost,
    logProbability,
  };
}

/** The widths a stage works at, where the next one opens with the width `next`. */
function effectiveOf({ effective }: StageChoice, next: number): readonly number[] {
  return effective.length > 0 ? effective : [next];
}

/** Depth and widths of each stage, likeliest first. */
function stageChoices(
  space: SpaceConfig,
  alphas: Alphas,
  temperature: number,
  ofPruned: boolean,
): StageChoice[][] {
  const slots = widthSlots(space);
  return stagesOf(space).map(({ index, cells, closing }) => {
    const depthRow = alphas.depth[index] ?? [];
    const depths = depthRow.length > 0 ? logSoftmax(depthRow, temperature) : cells.map(() => 0).concat(0);
    const rows = [...new Set(slots[index])].map((slot) => {
      const row = alphas.width[slot] ?? [];
      const logs = row.length > 0 ? logSoftmax(row, temperature) : [0];
      return { logs, free: ofPruned && row.length > 0 ? uncounted(row, temperature) : Math.max(...logs) };
    });
    const found = depths.flatMap((logDepth, depth): StageChoice[] => {
      if (depthRow.length === 0 && depth !== cells.length) return [];
      const own = depth === 0 && closing !== null ? 0 : Math.min(rows.length, Math.max(1, depth));
      return widthsOf(rows, own).map(({ widths, logProbability }) => ({
        ...{ depth, widths, effective: widths.slice(0, own) },
        logProbability: logDepth + logProbability,
      }));
    });
    return found.sort((a, b) => b.logProbability - a.logProbability);
  });
}

/** Every choice of the first `own` widths, each with the likeliest of the others, which are free. */
function widthsOf(
  rows: readonly { readonly logs: readonly number[]; readonly free: number }[],
  own: number,
): { readonly widths: readonly number[]; readonly logProbability: number }[] {
  return rows.reduce<{ widths: readonly number[]; logProbability: number }[]>(
    (all, { logs, free }, i) => {
      const top = logs.indexOf(Math.max(...logs));
      return all.flatMap(({ widths, logProbability }) =>
        i < own
          ? logs.map((log, width) => ({ widths: [...widths, width], logProbability: logProbability + log }))
          : [{ widths: [...widths, top], logProbability: logProbability + free }],
      );
    },
    [{ widths: [], logProbability: 0 }],
  );
}

/** Groups of which a layout has a cell. */
function groupsBuilt(space: SpaceConfig, layout: readonly StageChoice[]): ReadonlySet<number> {
  const cells = stagesOf(space).flatMap(({ index, opening, cells: own }) => [
    ...(opening === null ? [] : [opening]),
    ...own.slice(0, layout[index]?.depth),
  ]);
  return new Set(cells.map((cell) => space.cellLayout[cell] as number));
}

/** What stages cost at least, and never more than. */
type Bounds = Pick<StagePiece, "least" | "most">;

/** `[stage][width]`: the bounds of the stages before `stage` when it works at a width. */
function boundsBefore(
  space: SpaceConfig,
  choices: readonly (readonly StageChoice[])[],
  piece: ReturnType<typeof stagePieces>,
): Bounds[][] {
  const rows = [space.widthChoices.map((): Bounds => ({ least: 0, most: 0 }))];
  for (let stage = 0; stage < choices.length - 1; stage++) {
    const before = rows[stage] as Bounds[];
    rows.push(
      space.widthChoices.map((_, next) => {
        let [least, most] = [Infinity, -Infinity];
        for (const own of choices[stage] as readonly StageChoice[]) {
          const widths = effectiveOf(own, next);
          const part = piece(stage, own.depth, widths, next);
          const rest = before[widths[0] as number] as Bounds;
          least = Math.min(least, part.least + rest.least);
          most = Math.max(most, part.most + rest.most);
        }
        return { least, most };
      }),
    );
  }
  return rows;
}

/** The cost of the cheapest architecture: every layout, with the cheapest option of every decision. */
function cheapestCost(
  choices: readonly (readonly StageChoice[])[],
  decisions: readonly CellDecision[],
  piece: ReturnType<typeof stagePieces>,
): number {
  let cheapest = Infinity;
  const visit = (stage: number, next: number, pieces: readonly StagePiece[]): void => {
    const bound = pieces.reduce((sum, { least }) => sum + least, 0);
    if (bound >= cheapest) return;
    if (stage < 0) {
      const costs = sumOfEdges(pieces);
      const operations = decisions.reduce((sum, { group, edge, options }) => {
        const own = options.map(({ primitives }) =>
          primitives.reduce((total, p) => total + (costs[group]?.[edge]?.[p] as number), 0),
        );
        return sum + Math.min(...own);
      }, 0);
      cheapest = Math.min(cheapest, operations + pieces.reduce((sum, { fixed }) => sum + fixed, 0));
      return;
    }
    for (const own of choices[stage] as readonly StageChoice[]) {
      const widths = effectiveOf(own, next);
      visit(stage - 1, widths[0] as number, [piece(stage, own.depth, widths, next), ...pieces]);
    }
  };
  visit(choices.length - 1, -1, []);
  return cheapest;
}

function sumOfEdges(pieces: readonly StagePiece[]): number[][][] {
  const [first, ...others] = pieces;
  const sums = (first?.edges ?? []).map((rows) => rows.map((row) => [...row]));
  for (const { edges } of others)
    for (const [g, rows] of edges.entries())
      for (const [e, row] of rows.entries())
        for (const [p, cost] of row.entries())
          (sums[g]?.[e] as number[])[p] = (sums[g]?.[e]?.[p] ?? 0) + cost;
  return sums;
}
