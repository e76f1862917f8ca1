import { groupRuns, type RunGroup } from "../../frontier/groupRuns";
import { dominates, onFront } from "../../frontier/paretoFront";
import type { PageRun, RunsData } from "./runsData";

/** Repetitions of one model as one point of the axes chosen. */
export interface GroupPoint {
  readonly group: RunGroup;
  readonly runs: readonly PageRun[];
  /** Mean over the runs. */
  readonly x: number;
  /** Mean test accuracy, as a share. */
  readonly y: number;
  /** Sample standard deviation of the accuracy; null for a single run. */
  readonly spread: number | null;
  readonly front: boolean;
}

/** Means of the runs of each name and recipe over an axis; those whose cost is not known are left out. */
export function pointsOf(runs: readonly PageRun[], axis: string): GroupPoint[] {
  const known = runs.filter(({ costs }) => costs[axis] !== null && costs[axis] !== undefined);
  const points = groupRuns(known).map((group) => {
    const own = group.runs as readonly PageRun[];
    const x = own.reduce((sum, { costs }) => sum + (costs[axis] as number), 0) / own.length;
    return { group, runs: own, x, y: group.accuracy.mean, spread: group.accuracy.sd };
  });
  const front = onFront(points.map(({ x, y }) => ({ cost: x, accuracy: y })));
  return points.map((point, i) => ({ ...point, front: front[i] as boolean }));
}

/** What is at least as cheap and as good, as text: who dominates a point and by how much. */
export function dominatedBy(point: GroupPoint, points: readonly GroupPoint[]): string[] {
  const own = { cost: point.x, accuracy: point.y };
  return points
    .filter(({ x, y }) => dominates({ cost: x, accuracy: y }, own))
    .sort((a, b) => b.y - a.y)
    .map(({ group, x, y, spread }) => {
      const gain = 100 * (y - point.y);
      const within = Math.max(spread ?? 0, point.spread ?? 0) * 100;
      const unsure = gain <= within ? ", less than a standard deviation over seeds" : "";
      return `${group.name}: ${Math.round(100 * (1 - x / point.x))} % cheaper, ${gain.toFixed(1)} points better${unsure}`;
    });
}

/** Code that takes the chosen runs out of what the page was made of. */
export function chosenCode(
  runs: readonly PageRun[],
  { expression, given }: Pick<RunsData, "expression" | "given">,
): string {
  const hashes = runs.map(({ run }) => JSON.stringify(run.slice(0, 12))).join(", ");
  const [one, record] = {
    found: ["{ record }", "record"],
    plain: ["record", "record"],
    mixed: ["one", '("record" in one ? one.record : one)'],
  }[given] as [string, string];
  return `const chosen = ${expression}.filter((${one}) => [${hashes}].includes(${record}.configHash.slice(0, 12)));`;
}
