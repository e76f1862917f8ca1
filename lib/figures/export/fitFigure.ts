import { textLines } from "../../text/textLines";
import { textMeasure } from "../../text/textMeasure";
import type { Figure, FigureLayout, FrameGeometry, Trace } from "../frame/figure";
import { annotationNames, captionLines, captionNote, captionRoom, titleRoom } from "../frame/figureFrame";
import { gridPlaces } from "../frame/frameGeometry";
import { type AxisTitles, flowedPlaces, flowedTitles } from "../frame/panelFlow";
import { type PaperWidth, paperPixels, toPixels } from "../frame/paper";
import { plainText, plotlyText } from "../frame/plotlyText";
import { textSize } from "../frame/theme";

/** Smallest share a figure is scaled by: its smallest text, the small print, stays at 6 points. */
export const leastScale = 6 / (0.75 * textSize.caption);
/** Narrowest panel in a row of panels, in a grid of them, and at all; in pixels. */
const narrow = { inRow: 190, inGrid: 86, atAll: 86 };
/** Between panels below each other: tick labels and panel title, and room for an axis title. */
const stackGap = { bare: 48, titled: 66 };
/** Highest figure on a page, with its small print and without (then a caption follows), in millimetres. */
const highest = { whole: 225, bare: 190 };
/** The lowest panel that makes room for others, in pixels. */
const leastPanel = 110;

/**
 * A figure laid out anew for a width on paper. Panels get narrower or wider and keep their height as long as all of them
 * go on a page; panels that would get too narrow stand in fewer columns and more rows; legend and small print are
 * broken into more lines. Texts keep their size, and the result is at most 1.31 times as wide as the paper: scaled down
 * to it, no text falls below 6 points.
 *
 * A figure that this library has not laid out stays as it is, and so does one that fits.
 */
export function fitFigure(figure: Figure, width: PaperWidth): Figure {
  const target = paperPixels(width, "fitFigure");
  const { layout } = figure;
  const frame = layout.meta?.bars?.frame;
  if (!frame?.places || (layout.width >= target && layout.width * leastScale <= target)) return figure;
  const goal = layout.width < target ? target : target / leastScale;
  const room = (columns: number) => (goal - frame.left - frame.right - (columns - 1) * frame.gapX) / columns;
  const columns = columnsOf(frame, room);
  const panelWidth = Math.max(narrow.atAll, Math.floor(room(columns)));
  if (columns === frame.columns) return relaid(figure, frame, { ...frame, panelWidth });
  const titled = titledPanels(figure, frame);
  const { places, rows } = flowedPlaces(frame.places, columns, titled);
  const titles = flowedTitles(frame.places, places, axisTitles(layout, places.length));
  const between = titles.some(({ x }, i) => x !== "" && (places[i]?.row ?? 0) < rows - 1);
  const gapY = Math.max(frame.gapY, between ? stackGap.titled : stackGap.bare);
  const wanted = { ...frame, rows, columns, panelWidth, gapY, places };
  const found = relaid(withAxisTitles(figure, titles), frame, wanted);
  const most = toPixels(hasCaption(layout) ? highest.whole : highest.bare) * (found.layout.width / target);
  const over = Math.ceil(Math.max(0, found.layout.height - most) / rows);
  if (over === 0) return found;
  const panelHeight = Math.max(Math.min(leastPanel, frame.panelHeight), frame.panelHeight - over);
  return relaid(withAxisTitles(figure, titles), frame, { ...wanted, panelHeight });
}

function hasCaption(layout: FigureLayout): boolean {
  const notes = layout["annotations"] as readonly Record<string, unknown>[];
  return notes.some((note) => note["name"] === annotationNames.caption);
}

/** Columns whose panels are wide enough: the most there are room for, one at least. */
function columnsOf({ rows, columns }: FrameGeometry, room: (columns: number) => number): number {
  const least = Math.min(rows === 1 ? narrow.inRow : narrow.inGrid, Math.max(room(1), narrow.atAll));
  const counts = Array.from({ length: columns }, (_, i) => columns - i);
  return counts.find((count) => room(count) >= least) ?? 1;
}

/** Whether each panel has a title above it. */
function titledPanels({ layout }: Figure, frame: FrameGeometry): boolean[] {
  const notes = layout["annotations"] as readonly Record<string, unknown>[];
  const titles = notes.filter((note) => note["name"] === annotationNames.panel);
  return gridPlaces(frame).domains.map(({ x, y }) =>
    titles.some((note) => note["x"] === x[0] && note["y"] === y[1]),
  );
}

const axisName = (letter: "x" | "y", panel: number) => `${letter}axis${panel === 0 ? "" : panel + 1}`;

function axisTitles(layout: FigureLayout, panels: number): AxisTitles[] {
  const text = (name: string) =>
    (layout[name] as { title?: { text?: string } } | undefined)?.title?.text ?? "";
  return Array.from({ length: panels }, (_, i) => ({
    x: text(axisName("x", i)),
    y: text(axisName("y", i)),
  }));
}

function withAxisTitles(figure: Figure, titles: readonly AxisTitles[]): Figure {
  const axes: Record<string, unknown> = {};
  titles.forEach((own, i) => {
    for (const letter of ["x", "y"] as const) {
      const name = axisName(letter, i);
      const axis = figure.layout[name] as { title?: object };
      axes[name] = { ...axis, title: { ...axis.title, text: own[letter] } };
    }
  });
  return { ...figure, layout: { ...figure.layout, ...axes } };
}

/** The same figure on another grid. */
function relaid(figure: Figure, old: FrameGeometry, wanted: FrameGeometry): Figure {
  const { layout } = figure;
  const before = gridPlaces(old);
  const plotWidth = gridPlaces(wanted).plotWidth;
  const notes = layout["annotations"] as readonly Record<string, unknown>[];
  const titleWidth = wanted.panelWidth + Math.min(wanted.gapX - 8, wanted.right - 4);
  const titles = notes.map((note) =>
    note["name"] === annotationNames.panel ? linesOf(String(note["text"]), titleWidth, textSize.panel) : [],
  );
  const extraTitle = 15 * Math.max(0, ...titles.map((lines) => lines.length - 1));
  const frame = {
    ...wanted,
    above: (hasLegendAbove(layout) ? legendRoom(legendRows(figure, plotWidth)) : wanted.above) + extraTitle,
    gapY: wanted.gapY + (wanted.rows > 1 ? extraTitle : 0),
  };
  const { plotHeight, domains } = gridPlaces(frame);
  const width = frame.left + plotWidth + frame.right;
  const meta = layout.meta?.bars as NonNullable<NonNullable<FigureLayout["meta"]>["bars"]>;
  const hasTitle = layout.title.text !== "";
  const heading = hasTitle ? linesOf(layout.title.text, width - 24, textSize.title) : [];
  const headingRoom = titleRoom + 22 * (heading.length - 1);
  const lines = hasCaption(layout) ? captionLines(meta, width - 24) : [];
  const margin = {
    l: frame.left,
    r: frame.right,
    t: (hasTitle ? headingRoom : 6) + frame.above,
    b: frame.below + (hasCaption(layout) ? captionRoom(lines.length) : 0),
  };
  const axes: Record<string, unknown> = {};
  domains.forEach((domain, i) => {
    for (const letter of ["x", "y"] as const) {
      const name = axisName(letter, i);
      axes[name] = { ...(layout[name] as object), domain: domain[letter] };
    }
  });
  const annotations = notes.map((note, i) => {
    if (note["name"] === annotationNames.caption) return captionNote(lines, margin);
    if (note["name"] !== annotationNames.panel) return note;
    const panel = before.domains.findIndex(({ x, y }) => x[0] === note["x"] && y[1] === note["y"]);
    const domain = domains[panel];
    const text = `<b>${(titles[i] as string[]).join("<br>")}</b>`;
    return domain ? { ...note, text, align: "left", x: domain.x[0], y: domain.y[1] } : note;
  });
  const legend = layout["legend"] as Record<string, unknown> | undefined;
  return {
    ...figure,
    layout: {
      ...layout,
      ...axes,
      annotations,
      margin,
      width,
      height: margin.t + plotHeight + margin.b,
      title: {
        ...layout.title,
        x: 12 / width,
        ...(hasTitle ? { text: `<b>${heading.join("<br>")}</b>` } : {}),
        // The first of several lines stands with its baseline where one line has its top.
        pad: { t: 14 + (heading.length > 1 ? 0.7 * textSize.title : 0) },
      },
      ...(legend ? { legend: { ...legend, ...legendPlace(legend, plotHeight, 20 + extraTitle) } } : {}),
      meta: { bars: { ...meta, frame } },
    },
  };
}

/** A title, broken at spaces into lines of at most `width` pixels. */
const linesOf = (text: string, width: number, size: number) =>
  textLines(plainText(text), width, size, "bold").map(plotlyText);

function legendPlace(legend: Record<string, unknown>, plotHeight: number, above: number): object {
  return isAbove(legend) ? { y: 1 + above / plotHeight } : {};
}

function isAbove(legend: Record<string, unknown>): boolean {
  return legend["orientation"] === "h" && legend["yanchor"] === "bottom";
}

function hasLegendAbove(layout: FigureLayout): boolean {
  return layout["showlegend"] !== false && isAbove((layout["legend"] ?? {}) as Record<string, unknown>);
}

/** Pixels between title and panels that a legend of some rows needs, with the titles of the panels. */
const legendRoom = (rows: number) => 31 + 19 * rows;

/** Lines that a horizontal legend takes in a width. Where they are several, plotly gives all entries the room of the widest. */
function legendRows({ data, layout }: Figure, width: number): number {
  const legend = layout["legend"] as Record<string, unknown> | undefined;
  if (layout["showlegend"] === false || legend?.["orientation"] !== "h") return 1;
  const shown = (trace: Trace) => trace.name !== undefined && trace["showlegend"] !== false;
  const measure = textMeasure();
  const entries = data
    .filter(shown)
    .map(({ name }) => legendSizes.mark + measure(plainText(name as string), textSize.body, "normal"));
  const { gap } = legendSizes;
  const inOne = entries.reduce((sum, entry) => sum + entry + gap, -gap);
  if (entries.length === 0 || inOne < width) return 1;
  const pitch = Math.max(...entries) + gap;
  return Math.ceil(entries.length / Math.max(1, Math.floor((width + gap - 1) / pitch)));
}

/** Pixels of plotly's legends: mark and room of an entry beside its text, and between entries. */
const legendSizes = { mark: 40, gap: 5 };

/** A figure without title and small print, for a place whose own caption says both. */
export function bareFigure(figure: Figure): Figure {
  const { layout } = figure;
  const notes = layout["annotations"] as readonly Record<string, unknown>[] | undefined;
  const caption = notes?.find((note) => note["name"] === annotationNames.caption);
  const margin = layout["margin"] as { t: number; b: number } | undefined;
  if (!caption || !margin) return figure;
  const [above, below] = [titleRoom - 6, captionRoom(String(caption["text"]).split("<br>").length)];
  const bare: FigureLayout = {
    ...layout,
    title: { ...layout.title, text: "" },
    annotations: notes?.filter((note) => note !== caption),
    margin: { ...margin, t: margin.t - above, b: margin.b - below },
    height: layout.height - above - below,
  };
  return { ...figure, layout: bare };
}
