import type { SpaceConfig } from "../config/spaceConfig";
import type { Alphas } from "../space/alphas";
import { edgesOf } from "../space/edges";
import type { GenotypeEdge } from "../space/genotype";
import type { BandDecision } from "./bandLabels";
import { isOperation } from "./choices";
import { logSigmoid, logSoftmax, uncounted } from "./logProbabilities";
import type { LabelOption } from "./paretoLabels";
import type { ProbabilityMethod } from "./probabilitiesOf";

/** One decision about the cells: an operation of an edge, or whether an edge has an operation. */
export interface CellDecision {
  readonly group: number;
  readonly edge: number;
  /** Whether it costs nothing, because it will be left out: its edge starts at a node that stays unfed. */
  readonly free: boolean;
  /** Whether the edge ends at a node that has to be fed, and starts at one that is. */
  readonly mustFeed: boolean;
  /** Primitives each option holds, and its log-probability. */
  readonly options: readonly { readonly primitives: readonly number[]; readonly logProbability: number }[];
}

export function cellDecisions(
  space: SpaceConfig,
  alphas: Alphas,
  method: ProbabilityMethod,
  temperature: number,
): CellDecision[] {
  const isEmpty = (p: number) => space.primitives[p] === "none";
  return alphas.cells.flatMap((rows, group) =>
    rows.flatMap((row, edge): CellDecision[] => {
      if (method === "softmax") {
        const options = logSoftmax(row, temperature).map((logProbability, p) => ({
          primitives: [p],
          logProbability,
        }));
        return [{ group, edge, free: false, mustFeed: false, options }];
      }
      return row.flatMap((alpha, p) => {
        if (isEmpty(p)) return [];
        const [off, on] = [logSigmoid(-alpha / temperature), logSigmoid(alpha / temperature)];
        const options = [
          { primitives: [], logProbability: off },
          { primitives: [p], logProbability: on },
        ];
        return [{ group, edge, free: false, mustFeed: false, options }];
      });
    }),
  );
}

/** Which nodes of each group may stay unfed: every set of nodes, in every group. */
export function unfedCases(space: SpaceConfig, groups: number): ReadonlySet<number>[][] {
  const sets = Array.from(
    { length: 2 ** space.steps },
    (_, bits) =>
      new Set(
        Array.from({ length: space.steps }, (__, i) => i + 1).filter((node) => bits & (1 << (node - 1))),
      ),
  );
  return Array.from({ length: groups }).reduce<ReadonlySet<number>[][]>(
    (cases) => cases.flatMap((head) => sets.map((own) => [...head, own])),
    [[]],
  );
}

/**
 * The decisions that leave these nodes unfed: an edge from a fed node into one is empty. That the others are fed matters
 * only where a least cost is asked for, or what is left out is no choice: an operation of a node taken for fed would count,
 * and be left out later.
 */
export function given(
  decisions: readonly CellDecision[],
  space: SpaceConfig,
  unfed: readonly ReadonlySet<number>[],
  ofPruned: boolean,
): CellDecision[] {
  const edges = edgesOf(space.steps);
  const isEmpty = (primitives: readonly number[]) => primitives.every((p) => space.primitives[p] === "none");
  return decisions.map((decision) => {
    const { to, from } = edges[decision.edge] as (typeof edges)[number];
    const own = unfed[decision.group];
    if (own?.has(from) && !ofPruned) return { ...decision, free: true };
    if (!own?.has(from) && !own?.has(to)) return { ...decision, mustFeed: true };
    return { ...decision, options: decision.options.filter(({ primitives }) => isEmpty(primitives)) };
  });
}

/** `Σ ln p` of the edges of a group that has no cell: each is `none`, and in a space without it no choice. */
export function emptyGroup(space: SpaceConfig, rows: Alphas["cells"][number], temperature: number): number {
  const place = space.primitives.indexOf("none");
  return rows.reduce(
    (sum, row) =>
      sum + (place < 0 ? uncounted(row, temperature) : (logSoftmax(row, temperature)[place] as number)),
    0,
  );
}

/** The decisions of groups that have cells, and one of each other group, which stays empty. */
export function withEmptyGroups(
  decisions: readonly CellDecision[],
  built: ReadonlySet<number>,
  empty: readonly number[],
): readonly CellDecision[] {
  if (built.size === empty.length) return decisions;
  const own = { edge: 0, free: true, mustFeed: false };
  return [
    ...decisions.filter(({ group }) => built.has(group)),
    ...empty.flatMap((logProbability, group) =>
      built.has(group) ? [] : [{ ...own, group, options: [{ primitives: [], logProbability }] }],
    ),
  ];
}

/**
 * ln of the largest probability that decisions can have together.
 * @param empty of a group that has no cell, where that counts.
 */
export function likeliestOf(decisions: readonly CellDecision[], empty: readonly number[]): number {
  const groups = new Map<number, number>();
  for (const { group, options } of decisions) {
    const most = Math.max(...options.map(({ logProbability }) => logProbability));
    groups.set(group, (groups.get(group) ?? 0) + most);
  }
  return [...groups].reduce((sum, [group, most]) => sum + Math.max(most, empty[group] ?? most), 0);
}

/** Decisions with what their options cost in a layout, by the node they are about. */
export function bandDecisions(
  space: SpaceConfig,
  decisions: readonly CellDecision[],
  labels: readonly (readonly LabelOption[])[],
): BandDecision[] {
  const edges = edgesOf(space.steps);
  return decisions.map(({ group, edge, mustFeed, options }, i) => ({
    node: `${group} ${edges[edge]?.to}`,
    mustFeed,
    options: options.map(({ primitives }, o) => ({
      ...(labels[i]?.[o] as LabelOption),
      feeds: primitives.some((p) => isOperation(space.primitives[p])),
    })),
  }));
}

export function chosenCells(
  space: SpaceConfig,
  groups: number,
  decisions: readonly CellDecision[],
  options: readonly number[],
): GenotypeEdge[][] {
  const edges = edgesOf(space.steps);
  const cells: GenotypeEdge[][] = Array.from({ length: groups }, () => []);
  decisions.forEach(({ group, edge, options: own }, i) => {
    for (const p of own[options[i] as number]?.primitives ?? []) {
      const primitive = space.primitives[p];
      if (isOperation(primitive))
        cells[group]?.push({ ...(edges[edge] as (typeof edges)[number]), primitive });
    }
  });
  return cells;
}
