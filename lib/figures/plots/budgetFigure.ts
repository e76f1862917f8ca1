import { measureNames } from "../../cost/cost";
import type { SearchRecord } from "../../records/searchRecord";
import { recordCaption } from "../frame/caption";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame, type Panel } from "../frame/figureFrame";
import { logAxis, logNote } from "../frame/logTicks";
import { palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";

/** The best architecture of one budget; a row of `budgetBreaks` or `budgetSweep` serves. */
export interface BudgetPoint {
  readonly budget: number;
  readonly measure: keyof typeof measureNames;
  readonly cost: number;
  readonly logProbability: number;
  /** The budget at which the next architecture takes over, null for the last; left out where budgets were sampled. */
  readonly until?: number | null;
}

/** Budgets from `from` to `to` for which the best architecture is known to be one and the same. */
interface KnownRange {
  readonly from: number;
  readonly to: number;
  readonly cost: number;
  readonly loss: number;
}

/** Labels of a logarithmic axis as far from each other as its narrow panels need. */
const apart = 0.15;

/**
 * What a budget costs, over one stored search. Left: probability, as `ln p(likeliest) − ln p(best within the budget)`.
 * Right: what the best architecture really costs, against the budget (dotted: all of it).
 *
 * Rows of `budgetBreaks` are drawn as the whole staircase, each step at the exact budget where the best architecture
 * changes. Of rows of `budgetSweep` only that is drawn which they say: the architecture of a budget is the best one from
 * its own cost up to that budget; somewhere in each gap it changes.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const figure = bars.figures.budgetFigure(record, bars.derivation.budgetBreaks(record));
 * console.log(figure.data.length > 0); // true
 * ```
 */
export function budgetFigure(record: SearchRecord, sweep: readonly BudgetPoint[]): Figure {
  const points = [...sweep].sort((a, b) => a.budget - b.budget);
  const measure = points[0]?.measure ?? record.config.cost.measure;
  const name = measureNames[measure];
  const exact = points.length > 0 && points.every(({ until }) => until !== undefined);
  const best = Math.max(...points.map(({ logProbability }) => logProbability));
  const end = 1.25 * Math.max(...(points.length > 0 ? points.map(({ budget }) => budget) : [1]));
  const known = exact ? wholeSteps(points, best, end) : sampledRanges(points, best);
  const marks = points.map(({ budget }) => budget);
  const budgets = [...known.map(({ from }) => from), ...marks];
  const xAxis = logAxis(`budget, ${name} of one image`, budgets, apart);
  const costs = known.map(({ cost }) => cost);
  const stairs = (label: string, of: (range: KnownRange) => number, color: string): Trace =>
    typedTrace("scatter", {
      mode: "lines",
      name: label,
      // A gap behind each sampled range keeps them apart.
      x: known.flatMap(({ from, to }) => (exact ? [from, to] : [from, to, null])),
      y: known.flatMap((range) => (exact ? [of(range), of(range)] : [of(range), of(range), null])),
      line: { color, width: 2 },
    });
  const dots = (label: string, y: number[], color: string, showlegend: boolean): Trace =>
    typedTrace("scatter", {
      mode: "markers",
      name: label,
      x: marks,
      y,
      marker: { color, size: 5 },
      hovertemplate: `%{y:.4s} from %{x:.6s} ${name}<extra></extra>`,
      showlegend,
    });
  const dot = exact ? "another architecture from here on" : "budgets asked for";
  const losses = points.map(({ logProbability }) => best - logProbability);
  const reach = [Math.min(...budgets), Math.max(...budgets)];
  const diagonal: Trace = typedTrace("scatter", {
    mode: "lines",
    name: "cost = budget",
    x: reach,
    y: reach,
    line: { color: palette.black, dash: "dot", width: 1.5 },
  });
  const panels: Panel[] = [
    {
      row: 0,
      column: 0,
      title: exact ? "ln p below the likeliest's" : "ln p below the largest budget's",
      traces: [
        stairs("best within the budget", ({ loss }) => loss, palette.vermillion),
        dots(dot, losses, palette.vermillion, true),
      ],
      xAxis,
      yAxis: { nticks: 6, rangemode: "tozero" },
    },
    {
      row: 0,
      column: 1,
      title: `${name} of the best${logNote}`,
      traces: [
        diagonal,
        { ...stairs("cost", ({ cost }) => cost, palette.blue), showlegend: false },
        dots(
          "cost",
          points.map(({ cost }) => cost),
          palette.blue,
          false,
        ),
      ],
      xAxis,
      yAxis: logAxis("", [...costs, ...reach]),
    },
  ];
  const steps = points.length - 1;
  const found = exact
    ? `All ${steps === 1 ? "1 budget" : `${steps} budgets`} at which the best architecture changes, each exact: the cost of the next one.`
    : `${points.length} budgets; from an architecture's cost up to its budget none is better; in each gap the best one changes, where is not known.`;
  const measured = `Best: the likeliest architecture within the budget, found exactly (rule budget). ${found} Accuracies were not measured. One multiply-accumulate is one operation.`;
  return figureFrame({
    title: "What a budget costs in probability",
    caption: recordCaption(record, measured),
    rows: 1,
    columns: 2,
    panelWidth: 350,
    panelHeight: 220,
    gapX: 80,
    above: 50,
    legend: {},
    panels,
  });
}

/** Each architecture from its own cost to the next one's; the last to the end of the axis. */
function wholeSteps(points: readonly BudgetPoint[], best: number, end: number): KnownRange[] {
  return points.map(({ budget, cost, until, logProbability }) => ({
    from: budget,
    to: until ?? end,
    cost,
    loss: best - logProbability,
  }));
}

/** Each architecture from its own cost to the largest budget it was found for. */
function sampledRanges(points: readonly BudgetPoint[], best: number): KnownRange[] {
  const ranges: KnownRange[] = [];
  for (const { budget, cost, logProbability } of points) {
    const loss = best - logProbability;
    const last = ranges.at(-1);
    const same = last !== undefined && last.cost === cost && Math.abs(last.loss - loss) < 1e-9;
    if (same) ranges[ranges.length - 1] = { ...last, to: budget };
    else ranges.push({ from: cost, to: budget, cost, loss });
  }
  return ranges;
}
