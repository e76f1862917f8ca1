import { fontFaces } from "../../text/fonts";
import { scriptJson } from "../../text/scriptJson";
import { BarsError } from "../../util/errors";
import type { Figure } from "../frame/figure";
import { toPoints } from "../frame/paper";
import { withChromiumPage } from "./chromium";
import { fallbackRules, lettersOf } from "./svgFonts";

/** A figure as an SVG document, drawn by plotly in a browser. Traces that need WebGL become images in it. */
export function chromiumSvg(
  executable: string,
  figure: Figure,
  width: number,
  height: number,
): Promise<string> {
  const { data, layout } = figure;
  const options = { format: "svg", imageDataOnly: true, width, height };
  const json = scriptJson({ data, layout });
  const letters = new Set(
    [...JSON.stringify({ data, layout })].map((letter) => letter.codePointAt(0) as number),
  );
  const rules = fontFaces.flatMap((face) => fallbackRules(face, letters));
  return withChromiumPage(executable, async (page) => {
    await page.evaluate(withRules(rules));
    // Caught inside the page: what is thrown here is the browser's own fault.
    const made = await page.evaluate<{ readonly svg?: string; readonly why?: string }>(
      `Promise.resolve().then(() => Plotly.toImage(${json}, ${scriptJson(options)}))` +
        ".then((svg) => ({ svg }), (cause) => ({ why: String(cause && cause.message || cause) }))",
    );
    if (made.svg !== undefined) return made.svg;
    throw new BarsError(`plotly could not draw the figure "${layout.title?.text}" in Chromium: ${made.why}`);
  });
}

/**
 * An SVG document as a PDF page of exactly `width × height` pixels (96 to the inch), printed by a browser: vectors
 * stay vectors, the used letters of the shipped fonts are embedded.
 */
export function chromiumPdf(
  executable: string,
  svg: string,
  size: { width: number; height: number },
): Promise<Buffer> {
  const { width, height } = size;
  const styles = [
    `@page{size:${width}px ${height}px;margin:0}html,body{margin:0;padding:0}svg{display:block}`,
    `#page{width:${width}px;height:${height}px;overflow:hidden}#page>svg{width:100%;height:100%}`,
  ];
  const content = `<style>${styles.join("")}</style>${svg}`;
  const rules = [...lettersOf(svg)].flatMap(([face, letters]) => fallbackRules(face, letters));
  return withChromiumPage(executable, async (page) => {
    const element = 'document.getElementById("page")';
    await page.evaluate(withRules(rules));
    await page.evaluate(
      `${element}.innerHTML = ${scriptJson(content)}; document.fonts.ready.then(() => true)`,
    );
    const pdf = Buffer.from(await page.pdf({ preferCSSPageSize: true, printBackground: true }));
    await page.evaluate(`${element}.innerHTML = ""`);
    return exactPage(pdf, size);
  });
}

/** A script that loads rules for letters of other fonts, in place of those of the picture before. */
function withRules(rules: readonly string[]): string {
  return `(() => {
    document.getElementById("fallback")?.remove();
    const style = document.createElement("style");
    style.id = "fallback";
    style.textContent = ${scriptJson(rules.join(""))};
    document.head.append(style);
    return Promise.all([...document.fonts].map((face) => face.load())).then(() => true);
  })()`;
}

/** The browser rounds a page up to its own raster; this cuts the page to the size, its top left corner in place. */
function exactPage(pdf: Buffer, size: { width: number; height: number }): Buffer {
  const text = pdf.toString("latin1");
  const found = /\/MediaBox \[0 0 [\d.]+ ([\d.]+)\]/.exec(text);
  if (!found) return pdf;
  const top = Number(found[1]);
  const corners = [0, top - toPoints(size.height), toPoints(size.width), top];
  const box = `/MediaBox [${corners.map((corner) => String(Number(corner.toFixed(2))).replace(/^0\./, ".")).join(" ")}]`;
  // Places of everything behind it must not change.
  return box.length > found[0].length
    ? pdf
    : Buffer.from(text.replace(found[0], box.padEnd(found[0].length)), "latin1");
}
