import { fittedText, nameText, smallText } from "../../text/fittedText";
import { fontFamily } from "../../text/fontFamily";
import { paleInk, svgElement, svgNumber, svgText } from "../../text/svg";
import { BarsError } from "../../util/errors";
import type { FigureCaption } from "../frame/figureFrame";
import { type PaperWidth, paperPixels } from "../frame/paper";
import { noSources } from "../frame/provenance";
import { drawnSvg } from "../frame/svgMeta";
import type { Drawing } from "./cellDiagram";

/** One drawing of a sheet under its name and a few lines of small print. */
export interface SheetPanel {
  readonly name: string;
  readonly details: readonly SheetLine[];
  readonly drawing: Drawing;
}

/** A line of small print; in `color`, or pale. */
export interface SheetLine {
  readonly text: string;
  readonly color?: string;
}

/** A sheet of drawings for paper. */
export interface PanelSheet {
  /** Who draws it, for errors. */
  readonly place: string;
  readonly title: string;
  /** What it shows, for readers who cannot see it. */
  readonly alt: string;
  readonly panels: readonly SheetPanel[];
  /** Least width of a panel, in pixels. */
  readonly leastPanel: number;
  /** Between panels, in pixels. */
  readonly gap: number;
  /** Below the panels, for a width in pixels. */
  readonly legend: (width: number) => Pick<Drawing, "elements" | "height">;
  readonly caption?: FigureCaption | undefined;
  readonly width: PaperWidth;
}

const margin = 8;
const line = smallText + 3;

/**
 * Drawings side by side, as many as fit into the width without shrinking, under a title and over a legend and a
 * caption. Text is never below 6 points.
 *
 * @returns an SVG document of the asked width in millimetres, with title, description and sources inside.
 * @throws BarsError for a drawing too wide for the paper.
 */
export function panelSheet(sheet: PanelSheet): string {
  const { place, title, alt, panels, gap, caption } = sheet;
  const width = paperPixels(sheet.width, place);
  const inner = width - 2 * margin;
  const widest = Math.max(...panels.map(({ drawing }) => drawing.width));
  if (widest > inner) {
    const needed = Math.ceil(((widest + 2 * margin) / 96) * 25.4);
    throw new BarsError(
      `${place}: a panel needs ${needed} mm, the page has ${Math.floor((width / 96) * 25.4)} mm; pass a larger width.`,
    );
  }
  const most = Math.max(1, Math.floor((inner + gap) / (Math.max(widest, sheet.leastPanel) + gap)));
  const rows = Math.ceil(panels.length / most);
  // Full rows first would leave a ragged last one.
  const columns = Math.ceil(panels.length / rows);
  const pitch = (inner + gap) / Math.min(most, Math.max(columns, 1));
  const placed = panels.map((panel) => ({ drawing: panel.drawing, text: panelText(panel, pitch - gap) }));

  const titles = titleLines(title, inner);
  const body = titles.map((text, i) => svgText(margin, margin + 12 + 15 * i, text, { size: 12, bold: true }));
  let y = margin + 26 + 15 * (titles.length - 1);
  for (let row = 0; row < rows; row++) {
    const members = placed.slice(row * columns, (row + 1) * columns);
    const textHeight = Math.max(...members.map(({ text }) => text.height));
    members.forEach(({ text, drawing }, column) => {
      const at = (dy: number, elements: readonly string[]) =>
        svgElement(
          "g",
          { transform: `translate(${svgNumber(margin + column * pitch)} ${svgNumber(y + dy)})` },
          elements,
        );
      body.push(at(0, text.elements), at(textHeight + 4, drawing.elements));
    });
    y += textHeight + 4 + Math.max(...members.map(({ drawing }) => drawing.height)) + 16;
  }
  const key = sheet.legend(inner);
  body.push(svgElement("g", { transform: `translate(${margin} ${svgNumber(y)})` }, key.elements));
  y += key.height + 4;
  const small = caption ? [caption.measured, caption.origin].filter((text) => text !== "") : [];
  for (const text of small.flatMap((part) => fittedText(part, inner))) {
    y += line;
    body.push(svgText(margin, y, text, { size: smallText, color: paleInk }));
  }
  return drawnSvg({
    width,
    height: Math.ceil(y + margin),
    title,
    alt,
    sources: caption?.sources ?? noSources,
    fontFamily,
    body,
  });
}

/** A title of 12 pixels breaks where one of {@link nameText} would in as much less room. */
function titleLines(title: string, width: number): string[] {
  return fittedText(title, (width * nameText) / 12, true);
}

function panelText({ name, details }: SheetPanel, width: number): Pick<Drawing, "elements" | "height"> {
  const lines = details.flatMap(({ text, color = paleInk }) =>
    fittedText(text, width).map((part) => ({ part, color })),
  );
  const names = fittedText(name, width, true);
  const elements = [
    ...names.map((text, i) => svgText(0, 9 + i * 12, text, { size: nameText, bold: true })),
    ...lines.map(({ part, color }, i) =>
      svgText(0, 9 + names.length * 12 + 1 + i * line, part, { size: smallText, color }),
    ),
  ];
  return { elements, height: names.length * 12 + 3 + lines.length * line };
}
