import { modelShape } from "../../records/modelSpec";
import type { Measurement, TrainEpochRecord, TrainRecord } from "../../records/trainRecord";
import { hashJson } from "../../util/canonicalJson";
import { ConfigError } from "../../util/errors";
import { epochAxis } from "../frame/epochAxis";
import type { Figure, Trace } from "../frame/figure";
import type { FigureCaption } from "../frame/figureFrame";
import { figureFrame, type Panel } from "../frame/figureFrame";
import { seriesStyle } from "../frame/seriesStyle";
import { type Dash, palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { besideEachOther } from "./besideEachOther";

/**
 * Loss (left) and accuracy (right) over the epochs of one or several trainings. Dashed: training images, augmented,
 * as the weights moved. Solid: held-out training images or, where none are held out, test images, where they were
 * measured. Diamonds: test images after the last epoch, beside each other where they would hide each other. One colour a model; every seed is a line of its own.
 *
 * @throws ConfigError for no record.
 *
 * @example
 * ```ts
 * const record = bars.readTrainRecord("data/records/frontier/bars-3M-s0.json");
 * console.log(bars.figures.trainFigure([record]).data.length > 0); // true
 * ```
 */
export function trainFigure(given: TrainRecord | readonly TrainRecord[]): Figure {
  const records = "kind" in given ? [given] : given;
  const [first] = records;
  if (first === undefined)
    throw new ConfigError("trainFigure: expected at least one training record, got none.");
  const names = [...new Set(records.map(({ model }) => model.name))];
  const last = Math.max(0, ...records.map(({ epochs }) => epochs.length));
  const chance = 1 / modelShape(first.model).classes;
  const losses = records.flatMap((record) => lines(record, names, "loss"));
  const curves = records.flatMap((record) => lines(record, names, "accuracy"));
  const accuracies = [...curves, ...testPoints(records, names, curves)];
  const legend = names.map((name, i): Trace => {
    const seeds = records.filter(({ model }) => model.name === name).length;
    return typedTrace("scatter", {
      mode: "lines",
      name: `${name} (${seeds === 1 ? "1 seed" : `${seeds} seeds`})`,
      x: [null],
      y: [null],
      line: { color: seriesStyle(i).color, width: 2 },
    });
  });
  const shared = { row: 0, xAxis: epochAxis(last) };
  const dotted = {
    type: "line",
    xref: "x domain",
    ...{ x0: 0, x1: 1, y0: chance, y1: chance },
    line: { color: palette.black, width: 1, dash: "dot" },
  };
  const panels: Panel[] = [
    {
      ...shared,
      column: 0,
      title: "loss (cross entropy, nats)",
      traces: [...legend, ...losses],
      yAxis: { rangemode: "normal" },
    },
    {
      ...shared,
      column: 1,
      title: "accuracy",
      traces: accuracies,
      yAxis: { tickformat: ".0%", nticks: 6, rangemode: "tozero" },
      shapes: [dotted],
    },
  ];
  return figureFrame({
    title: names.length === 1 ? `Training of ${names[0]}` : `Training of ${names.length} networks`,
    caption: captionOf(records),
    rows: 1,
    columns: 2,
    panelWidth: 370,
    panelHeight: 250,
    gapX: 62,
    above: 30 + 20 * Math.ceil(names.length / 3),
    legend: {},
    panels,
  });
}

type Quantity = "loss" | "accuracy";

function lines(record: TrainRecord, names: readonly string[], quantity: Quantity): Trace[] {
  const { color } = seriesStyle(names.indexOf(record.model.name));
  const { epochs } = record;
  const line = (of: (epoch: TrainEpochRecord) => number | null, dash: Dash, what: string): Trace[] => {
    const known = epochs.filter((epoch) => of(epoch) !== null);
    if (known.length === 0) return [];
    return [
      typedTrace("scatter", {
        mode: known.length < 4 ? "lines+markers" : "lines",
        name: `${record.model.name}, seed ${record.config.seed}, ${what}`,
        showlegend: false,
        x: known.map(({ epoch }) => epoch + 1),
        y: known.map(of),
        line: { color, dash, width: dash === "solid" ? 2 : 1.2 },
        hovertemplate: "%{y:.3f}",
      }),
    ];
  };
  const [own, measuredOn] = heldOut(record);
  return [
    ...line((e) => (quantity === "loss" ? e.trainLoss : e.trainAccuracy), "dash", "training images"),
    ...line((e) => own(e)?.[quantity] ?? null, "solid", measuredOn),
  ];
}

/** Where the curve of unseen images comes from. */
function heldOut({ data }: TrainRecord): [(epoch: TrainEpochRecord) => Measurement | null, string] {
  return data.validationImages > 0
    ? [({ validation }) => validation, "held-out images"]
    : [({ test }) => test, "test images"];
}

/** Size of a diamond, and of the panel between its widths on one and two columns, in pixels. */
const diamondSize = 10;
const panelSize = { width: 340, height: 250 };

/** A diamond for each test after the last epoch; those that would hide each other stand beside each other. */
function testPoints(
  records: readonly TrainRecord[],
  names: readonly string[],
  curves: readonly Trace[],
): Trace[] {
  const tested = records.flatMap((record) => {
    const test = testOf(record);
    return test ? [{ record, test }] : [];
  });
  const last = Math.max(1, ...records.map(({ epochs }) => epochs.length));
  const highest = Math.max(
    ...tested.map(({ test }) => test.accuracy),
    ...curves.flatMap((trace) => trace["y"] as number[]),
  );
  const places = tested.map(({ record, test }) => ({
    x: (record.epochs.length / last) * panelSize.width,
    y: (test.accuracy / highest) * panelSize.height,
  }));
  const moved = besideEachOther(places, diamondSize);
  return tested.map(({ record, test }, i) =>
    typedTrace("scatter", {
      mode: "markers",
      name: `${record.model.name}, seed ${record.config.seed}, test`,
      showlegend: false,
      x: [record.epochs.length + ((moved[i] as number) * last) / panelSize.width],
      y: [test.accuracy],
      marker: {
        symbol: "diamond",
        size: diamondSize,
        color: seriesStyle(names.indexOf(record.model.name)).color,
        line: { color: "white", width: 1 },
      },
      cliponaxis: false,
      hovertemplate: `${test.images} test images: %{y:.3f}<extra></extra>`,
    }),
  );
}

/** The measurement on all test images after the last epoch. */
function testOf({ tests }: TrainRecord) {
  return tests.find(({ checkpoint, which }) => checkpoint === "last" && which === "all");
}

/** What the lines and marks are that are drawn. */
function marksText(records: readonly TrainRecord[]): string {
  const measuredOn = (on: string) =>
    records.some((record) => {
      const [own, what] = heldOut(record);
      return what === on && record.epochs.some((epoch) => own(epoch) !== null);
    });
  const seen = ["held-out images", "test images"].filter(measuredOn).map((on) => on.replace(" images", ""));
  const tested = records.filter((record) => testOf(record) !== undefined).length;
  const untested = records.length - tested;
  return [
    "Dashed: training images, augmented, as trained (label smoothing and distillation included in the loss).",
    seen.length > 0
      ? `Solid: ${seen.join(" or ")} images.`
      : "No images were held out or tested between epochs.",
    ...(tested > 0
      ? ["Diamonds: test images, last epoch; those that would hide each other stand beside each other."]
      : []),
    ...(untested > 0 ? [`Not tested: ${untested === 1 ? "1 run" : `${untested} runs`}.`] : []),
    "Dotted: chance.",
  ].join(" ");
}

function captionOf(records: readonly TrainRecord[]): FigureCaption {
  const first = records[0] as TrainRecord;
  const unfinished = records.filter(({ status }) => status !== "finished").length;
  const unique = <T>(values: readonly T[]) => [...new Set(values)];
  const range = (values: readonly number[]) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return low === high ? String(low) : `${low} to ${high}`;
  };
  const facts = [
    `${unique(records.map(({ data }) => data.name)).join(", ")}: ${range(records.map(({ data }) => data.trainImages))} training images, ${range(records.map(({ data }) => data.validationImages))} held out, ${range(records.map(({ data }) => data.testImages))} test images`,
    `${range(records.map(({ epochs }) => epochs.length))} epochs`,
    records.length === 1 ? "1 seed, no spread known" : `${records.length} runs`,
    ...(unfinished > 0 ? [`${unfinished} not finished`] : []),
  ];
  return {
    measured: `${marksText(records)} ${facts.join("; ")}.`,
    origin: [
      `config ${records.length === 1 ? first.configHash.slice(0, 8) : `${first.configHash.slice(0, 8)} and ${records.length - 1} more`}`,
      `seeds ${unique(records.map(({ config }) => config.seed)).join(", ")}`,
      `bars ${first.versions.bars}`,
      `${first.backend.name} ${first.backend.version}`,
      first.createdAt.slice(0, 10),
    ].join(" · "),
    sources: {
      configHashes: unique(records.map(({ configHash }) => configHash)),
      seeds: unique(records.map(({ config }) => config.seed)),
      recordHashes: records.map((record) => hashJson(record)),
    },
  };
}
