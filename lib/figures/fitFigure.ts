import { type Figure, type FigureLayout, type FrameGeometry, plainText, type Trace } from "./figure";
import { annotationNames, captionLines, captionNote, captionRoom, titleRoom } from "./figureFrame";
import { gridPlaces } from "./frameGeometry";
import { type PaperWidth, paperPixels } from "./paper";
import { textMeasure } from "./textMeasure";
import { textSize } from "./theme";

/** Smallest share a figure is scaled by: tick labels of 11 pixels stay at 6 points. */
const leastScale = 0.73;
/** Narrowest panel before a row of panels becomes a column of them, and at all; in pixels. */
const narrow = { beforeStacking: 190, atAll: 90 };
/** Between panels below each other: tick labels, axis title, panel title. */
const stackGap = 66;

/**
 * A figure laid out anew for a width on paper. Panels get narrower or wider and keep their height; a row of panels
 * that would get too narrow becomes a column; legend and small print are broken into more lines. Texts keep their
 * size, and the result is at most 1.37 times as wide as the paper: scaled down to it, no text falls below 6 points.
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
  const stacks = frame.rows === 1 && frame.columns > 1 && room(frame.columns) < narrow.beforeStacking;
  const columns = stacks ? Math.max(1, largestFitting(frame.columns, room)) : frame.columns;
  const panelWidth = Math.max(narrow.atAll, Math.floor(room(columns)));
  const places = stacks
    ? frame.places.map(({ column }) => ({ row: Math.floor(column / columns), column: column % columns }))
    : frame.places;
  const rows = stacks ? Math.ceil(frame.columns / columns) : frame.rows;
  const gapY = stacks ? Math.max(frame.gapY, stackGap) : frame.gapY;
  return relaid(figure, frame, { ...frame, rows, columns, panelWidth, gapY, places });
}

function largestFitting(columns: number, room: (columns: number) => number): number {
  const counts = Array.from({ length: columns }, (_, i) => columns - i);
  return counts.find((count) => room(count) >= narrow.beforeStacking) ?? 1;
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
  const extraLegend = 19 * (legendRows(figure, plotWidth) - legendRows(figure, before.plotWidth));
  const frame = {
    ...wanted,
    above: wanted.above + extraLegend + extraTitle,
    gapY: wanted.gapY + (wanted.rows > 1 ? extraTitle : 0),
  };
  const { plotHeight, domains } = gridPlaces(frame);
  const width = frame.left + plotWidth + frame.right;
  const meta = layout.meta?.bars as NonNullable<NonNullable<FigureLayout["meta"]>["bars"]>;
  const hasCaption = notes.some((note) => note["name"] === annotationNames.caption);
  const hasTitle = layout.title.text !== "";
  const heading = hasTitle ? linesOf(layout.title.text, width - 24, textSize.title) : [];
  const headingRoom = titleRoom + 22 * (heading.length - 1);
  const lines = hasCaption ? captionLines(meta, width - 24) : [];
  const margin = {
    l: frame.left,
    r: frame.right,
    t: (hasTitle ? headingRoom : 6) + frame.above,
    b: frame.below + (hasCaption ? captionRoom(lines.length) : 0),
  };
  const axes: Record<string, unknown> = {};
  domains.forEach((domain, i) => {
    const suffix = i === 0 ? "" : String(i + 1);
    for (const letter of ["x", "y"] as const) {
      const name = `${letter}axis${suffix}`;
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
      },
      ...(legend ? { legend: { ...legend, ...legendPlace(legend, plotHeight, 20 + extraTitle) } } : {}),
      meta: { bars: { ...meta, frame } },
    },
  };
}

/** A bold text, broken at spaces into lines of at most `width` pixels. */
function linesOf(text: string, width: number, size: number): string[] {
  const measure = textMeasure();
  const lines: string[] = [];
  for (const word of plainText(text).split(" ")) {
    const joined = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && measure(joined, size, "bold") <= width) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}

function legendPlace(legend: Record<string, unknown>, plotHeight: number, above: number): object {
  const isAbove = legend["orientation"] === "h" && legend["yanchor"] === "bottom";
  return isAbove ? { y: 1 + above / plotHeight } : {};
}

/** Lines that a horizontal legend takes in a width: plotly gives all entries the room of the widest. */
function legendRows({ data, layout }: Figure, width: number): number {
  const legend = layout["legend"] as Record<string, unknown> | undefined;
  if (layout["showlegend"] === false || legend?.["orientation"] !== "h") return 1;
  const shown = (trace: Trace) => trace.name !== undefined && trace["showlegend"] !== false;
  const measure = textMeasure();
  const entries = data.filter(shown).map(({ name }) => 45 + measure(name as string, textSize.body, "normal"));
  if (entries.length === 0 || entries.reduce((sum, entry) => sum + entry, 0) <= width) return 1;
  return Math.ceil(entries.length / Math.max(1, Math.floor(width / Math.max(...entries))));
}

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
