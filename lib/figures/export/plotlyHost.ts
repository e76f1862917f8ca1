import { readFileSync } from "node:fs";
import { loadPackage, packageFile } from "../../text/packageFile";
import {
  clientBox,
  pathLength,
  pointAtLength,
  type SvgElement,
  svgBox,
  type TextMeasure,
} from "../../text/svgGeometry";
import { type Canvas, type CanvasModule, textMeasure } from "../../text/textMeasure";
import type { Figure } from "../frame/figure";

/** Plotly running in this process, without a browser. */
export interface PlotlyHost {
  readonly version: string;
  /** Draws a figure of `width × height` pixels as an SVG document. */
  toSvg(figure: Figure, width: number, height: number): Promise<string>;
  /** What plotly's schema has against a figure, one sentence each. */
  validate(figure: Figure): string[];
}

interface Jsdom {
  readonly window: HostWindow;
}
interface HostElement extends SvgElement {
  readonly width: number;
  readonly height: number;
}
type Method = (this: HostElement, ...values: never[]) => unknown;
interface HostWindow extends Record<string, unknown> {
  eval(code: string): unknown;
  readonly URL: Record<string, unknown>;
  readonly SVGElement: { readonly prototype: Record<string, Method> };
  readonly HTMLCanvasElement: { readonly prototype: Record<string, Method> };
}
interface Plotly {
  readonly version: string;
  /** Builds its schema anew at every call, which takes a third of a second. */
  readonly PlotSchema: { get(): unknown };
  toImage(figure: unknown, options: unknown): Promise<string>;
  validate(
    data: unknown,
    layout: unknown,
  ): readonly { readonly code: string; readonly msg: string }[] | undefined;
}

let started: PlotlyHost | undefined;
let queue: Promise<unknown> = Promise.resolve();

/**
 * Starts plotly once per process (about a second) inside a DOM without layout, with text measured in the
 * shipped fonts. Later calls return the same host.
 */
export function plotlyHost(): PlotlyHost {
  started ??= start();
  return started;
}

function start(): PlotlyHost {
  const { JSDOM } = loadPackage<{ JSDOM: new (html: string, options: object) => Jsdom }>("jsdom");
  const { window } = new JSDOM("<!doctype html><body></body>", {
    runScripts: "outside-only",
    pretendToBeVisual: true,
  });
  const canvas = loadPackage<CanvasModule>("@napi-rs/canvas");
  addMissing(window);
  addGeometry(window, textMeasure());
  addCanvas(window, canvas);
  const code = readFileSync(packageFile("plotly.js-dist-min/plotly.min.js"), "utf8");
  const plotly = window.eval(
    `(() => { const module = { exports: {} }; const exports = module.exports; ${code}\n; return module.exports; })()`,
  ) as Plotly;
  const { PlotSchema } = plotly;
  const buildSchema = PlotSchema.get.bind(PlotSchema);
  let schema: unknown;
  // `validate` reads it from here, and changes nothing in it.
  PlotSchema.get = () => (schema ??= buildSchema());
  return {
    version: plotly.version,
    toSvg(figure, width, height) {
      // One drawing at a time: plotly measures all of them in one shared element.
      const drawing = queue.then(() => draw(plotly, figure, width, height));
      queue = drawing.catch(() => {});
      return drawing;
    },
    validate(figure) {
      const { data, layout } = structuredClone({ data: figure.data, layout: figure.layout });
      const findings = plotly.validate(data, layout) ?? [];
      // The other codes report settings that are in order but have no effect where they are.
      return findings
        .filter(({ code }) => ["object", "array", "schema", "value"].includes(code))
        .map(({ msg }) => msg);
    },
  };
}

async function draw(plotly: Plotly, figure: Figure, width: number, height: number): Promise<string> {
  const copy = structuredClone({ data: figure.data, layout: figure.layout });
  return plotly.toImage(copy, { format: "svg", imageDataOnly: true, width, height });
}

function addMissing(window: HostWindow): void {
  const names = ["TextDecoder", "TextEncoder", "structuredClone"] as const;
  for (const name of names) window[name] ??= globalThis[name];
  window.URL["createObjectURL"] ??= () => "blob:none";
  window.URL["revokeObjectURL"] ??= () => {};
}

function addGeometry(window: HostWindow, measure: TextMeasure): void {
  const prototype = window.SVGElement.prototype;
  const path = (element: HostElement) => element.getAttribute?.("d") ?? "";
  prototype["getBBox"] = function () {
    return svgBox(this, measure);
  };
  prototype["getComputedTextLength"] = function () {
    return svgBox(this, measure).width;
  };
  prototype["getBoundingClientRect"] = function () {
    const { x, y, width, height } = clientBox(this, measure);
    return { x, y, width, height, left: x, top: y, right: x + width, bottom: y + height };
  };
  prototype["getTotalLength"] = function () {
    return pathLength(path(this));
  };
  prototype["getPointAtLength"] = function (length: number) {
    return pointAtLength(path(this), length);
  } as Method;
}

function addCanvas(window: HostWindow, canvas: CanvasModule): void {
  const canvases = new WeakMap<object, Canvas>();
  const canvasOf = (element: HostElement) => {
    const [width, height] = [Math.max(1, element.width), Math.max(1, element.height)];
    let own = canvases.get(element);
    if (own?.width !== width || own.height !== height) {
      own = canvas.createCanvas(width, height);
      canvases.set(element, own);
    }
    return own;
  };
  const prototype = window.HTMLCanvasElement.prototype;
  prototype["getContext"] = function (kind: string) {
    return kind === "2d" ? canvasOf(this).getContext(kind) : null;
  } as Method;
  prototype["toDataURL"] = function () {
    return canvasOf(this).toDataURL("image/png");
  };
}
