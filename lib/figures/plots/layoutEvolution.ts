import type { SearchRecord } from "../../records/searchRecord";
import { stagesOf } from "../../space/stages";
import { widthSlots } from "../../space/widthSlots";
import { widthText } from "../../space/widthText";
import { recordCaption } from "../frame/caption";
import { epochAxis } from "../frame/epochAxis";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame, type Panel } from "../frame/figureFrame";
import { plotlyText } from "../frame/plotlyText";
import { ink, shades } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { type AlphaMoment, alphaMoments, warmupEpochs, warmupText } from "./alphaMoments";

/**
 * How deep and how wide each stage is likely to be, over the epochs: stacked probabilities, one column of panels
 * for each stage, depth above width. A darker area is a deeper or wider choice.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const figure = bars.figures.layoutEvolution(record);
 * console.log(figure.data.length > 0); // true
 * ```
 */
export function layoutEvolution(record: SearchRecord): Figure {
  const { space } = record.config;
  const stages = stagesOf(space);
  const moments = alphaMoments(record);
  const deepest = Math.max(...stages.map((stage) => stage.cells.length));
  const depthNames = Array.from({ length: deepest + 1 }, (_, i) => (i === 1 ? "1 cell" : `${i} cells`));
  const slots = widthSlots(space);
  const widthNames = space.widthChoices.map((width) => `width ${widthText(width)}`);
  const panels = stages.flatMap(({ index, channels, size }): Panel[] => {
    const stage = `stage ${index} (${size} px, ${channels} channels)`;
    const shared = { moments, stage: index, warmup: warmupEpochs(record), stages: stages.length };
    return [
      areaPanel({
        ...shared,
        row: 0,
        place: index,
        title: stage,
        level: "depth",
        names: depthNames,
        colors: shades("blue", deepest + 1),
      }),
      areaPanel({
        ...shared,
        row: 1,
        place: slots[index]?.[0] as number,
        title: "",
        level: "width",
        names: widthNames,
        colors: shades("orange", widthNames.length),
      }),
    ];
  });
  return figureFrame({
    title: "How the layout was decided",
    caption: recordCaption(
      record,
      `Softmax probabilities at each epoch's temperature, stacked.${warmupText(record, "Dotted line: end of warm-up.")}${record.config.space.widthPer === "cell" ? " Width: of the first cell of each stage." : ""}`,
    ),
    rows: 2,
    columns: stages.length,
    panelWidth: Math.max(170, Math.floor(760 / stages.length)),
    panelHeight: 150,
    gapX: 34,
    gapY: 30,
    above: 50 + (depthNames.length > 6 ? 20 : 0),
    legend: { groupclick: "toggleitem" },
    panels,
  });
}

interface AreaPanel {
  readonly moments: readonly AlphaMoment[];
  readonly stage: number;
  /** Of the row that is drawn. */
  readonly place: number;
  readonly stages: number;
  readonly warmup: number;
  readonly row: number;
  readonly title: string;
  readonly level: "depth" | "width";
  readonly names: readonly string[];
  readonly colors: readonly string[];
}

function areaPanel(settings: AreaPanel): Panel {
  const { moments, stage, place, warmup, row, title, level, names, colors } = settings;
  const last = moments.at(-1)?.epochsDone ?? 0;
  const choices = moments[0]?.probabilities[level][place]?.length ?? 0;
  const traces = names.map((name, choice): Trace => {
    const absent = choice >= choices;
    return typedTrace("scatter", {
      mode: "lines",
      name,
      legendgroup: level,
      legendrank: (level === "depth" ? 0 : 100) + choice,
      stackgroup: `${level}${stage}`,
      showlegend: stage === firstFull(moments, level),
      x: absent ? [] : moments.map((moment) => moment.epochsDone),
      y: absent ? [] : moments.map((moment) => moment.probabilities[level][place]?.[choice] ?? 0),
      line: { width: 0.5, color: "white" },
      fillcolor: colors[choice] ?? ink.grid,
      hovertemplate: `${plotlyText(name)}: %{y:.3f}<extra>after epoch %{x}</extra>`,
    });
  });
  const searched = choices > 0;
  return {
    row,
    column: stage,
    ...(title ? { title } : {}),
    traces: searched ? traces : [],
    xAxis: {
      ...epochAxis(last, row === 1),
      range: [0, Math.max(last, 1)],
      showgrid: false,
      ...(searched ? {} : { showticklabels: false, ticks: "" }),
    },
    yAxis: {
      range: [0, 1],
      dtick: 0.5,
      tickformat: ".1f",
      showgrid: false,
      title: { text: stage === 0 ? `probability of ${level}` : "" },
    },
    ...(searched
      ? { shapes: warmup > 0 ? [warmupLine(warmup)] : [] }
      : {
          notes: [
            {
              text: `${level} is not searched`,
              x: 0.5,
              y: 0.5,
              xref: "x domain",
              yref: "y domain",
              xanchor: "center",
            },
          ],
        }),
  };
}

/** The stage whose panel feeds the legend: the first that has as many choices as any. */
function firstFull(moments: readonly AlphaMoment[], level: "depth" | "width"): number {
  const counts = moments[0]?.probabilities[level].map((row) => row.length) ?? [];
  return counts.indexOf(Math.max(0, ...counts));
}

function warmupLine(warmup: number): Readonly<Record<string, unknown>> {
  return {
    type: "line",
    x0: warmup,
    x1: warmup,
    yref: "y domain",
    y0: 0,
    y1: 1,
    line: { color: ink.text, width: 1, dash: "dot" },
  };
}
