import { evaluatedImages } from "../../records/evaluatedImages";
import type { EpochRecord, SearchRecord } from "../../records/searchRecord";
import { recordCaption } from "../frame/caption";
import { epochAxis } from "../frame/epochAxis";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame, type Panel, warmupBand } from "../frame/figureFrame";
import { type LineStyle, palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { warmupEpochs, warmupText } from "./alphaMoments";
import { besideEachOther } from "./besideEachOther";
import { emptyNote } from "./emptyNote";

const styles = () =>
  ({
    weight: { color: palette.grey, dash: "solid" },
    supernet: { color: palette.blue, dash: "solid" },
    derived: { color: palette.vermillion, dash: "solid" },
    alpha: { color: palette.green, dash: "dash" },
  }) satisfies Record<string, LineStyle>;

/**
 * Losses (left) and accuracies (right) over the epochs: of the weight steps, of the alpha steps, of the supernet
 * and of the argmax-derived architecture with the supernet's weights. Diamonds are accuracies on test images,
 * dotted is chance.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const figure = bars.figures.lossFigure(record);
 * console.log(figure.data.length > 0); // true
 * ```
 */
export function lossFigure(record: SearchRecord): Figure {
  const { config, epochs, test } = record;
  const x = epochs.map(({ epoch }) => epoch + 1);
  const mode = x.length < 4 ? "lines+markers" : "lines";
  const line = (name: string, style: LineStyle, of: (epoch: EpochRecord) => number | null): Trace =>
    typedTrace("scatter", {
      mode,
      name,
      x,
      y: epochs.map(of),
      line: { ...style, width: 2 },
      hovertemplate: "%{y:.3f}",
    });
  const losses = [
    line("weight steps", styles().weight, (e) => e.weightLoss),
    line("supernet", styles().supernet, (e) => e.supernetLoss),
    line("alpha steps, with penalties", styles().alpha, (e) => e.alphaLoss?.total ?? null),
  ];
  const curves = [
    { ...line("weight steps", styles().weight, (e) => e.weightAccuracy), showlegend: false },
    { ...line("supernet", styles().supernet, (e) => e.supernetAccuracy), showlegend: false },
    line("argmax derived, shared weights", styles().derived, (e) => e.derivedAccuracy),
  ];
  const chance = 1 / config.space.classes;
  const tests = test === null ? [] : [test.supernetAccuracy, test.derivedAccuracy];
  const highest = Math.max(chance, 0.05, ...tests, ...curves.flatMap((trace) => trace["y"] as number[]));
  const top = Math.min(1.02, 1.15 * highest);
  const accuracies = [...curves, ...(test === null ? [] : testPoints(x.length, test, top))];
  const shared = { row: 0, xAxis: epochAxis(x.length), ...emptyNote(record) };
  const band = warmupBand(warmupEpochs(record));
  const dotted = {
    type: "line",
    xref: "x domain",
    x0: 0,
    x1: 1,
    y0: chance,
    y1: chance,
    line: { color: palette.black, width: 1, dash: "dot" },
  };
  const panels: Panel[] = [
    {
      ...shared,
      column: 0,
      title: "loss, nats",
      traces: losses,
      yAxis: { rangemode: "normal" },
      shapes: band,
    },
    {
      ...shared,
      column: 1,
      title: "accuracy",
      traces: accuracies,
      yAxis: { range: [0, top], tickformat: ".0%", nticks: 6 },
      shapes: [...band, dotted],
    },
  ];
  const images = evaluatedImages(record);
  const tested = test === null ? "" : ` Diamonds: ${test.images} test images, after the last epoch.`;
  const measured =
    `Weight steps: augmented images, as trained. Supernet and derived: ${images} images of the alpha split, batch statistics, ` +
    `derived with the supernet's weights (not retrained).${tested} Dotted: chance.${warmupText(record)}`;
  return figureFrame({
    title: "Losses and accuracies of the search",
    caption: recordCaption(record, measured),
    rows: 1,
    columns: 2,
    panelWidth: 370,
    panelHeight: 250,
    gapX: 62,
    above: 50,
    legend: {},
    panels,
  });
}

/** Size of a diamond, and of the panel between its widths on one and two columns, in pixels. */
const diamondSize = 10;
const panelSize = { width: 340, height: 250 };

function testPoints(last: number, test: NonNullable<SearchRecord["test"]>, top: number): Trace[] {
  const both = [
    { y: test.supernetAccuracy, color: styles().supernet.color },
    { y: test.derivedAccuracy, color: styles().derived.color },
  ];
  const moved = besideEachOther(
    both.map(({ y }) => ({ x: panelSize.width, y: (y / top) * panelSize.height })),
    diamondSize,
  );
  return both.map(({ y, color }, i) =>
    typedTrace("scatter", {
      mode: "markers",
      x: [last + ((moved[i] as number) * Math.max(last, 1)) / panelSize.width],
      y: [y],
      marker: { symbol: "diamond", size: diamondSize, color, line: { color: "white", width: 1 } },
      cliponaxis: false,
      showlegend: false,
      hovertemplate: "test images: %{y:.3f}<extra></extra>",
    }),
  );
}
