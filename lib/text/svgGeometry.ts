/**
 * Sizes of SVG elements, for a DOM that has no layout of its own. Only what plotly asks for: boxes of text,
 * simple shapes and groups, and lengths of paths.
 */

/** The part of the DOM that is read here. (The library is compiled without DOM types.) */
export interface SvgElement {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<SvgElement>;
  readonly parentNode: SvgElement | null;
  readonly style?: { getPropertyValue(name: string): string };
  getAttribute?(name: string): string | null;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Width of a text in pixels. `style` is a CSS prefix such as `"italic bold"`. */
export type TextMeasure = (text: string, sizePixels: number, style: string) => number;

type Matrix = readonly [number, number, number, number, number, number];
type Point = readonly [number, number];

/** Ascent and line height of DejaVu Sans, in em. */
const ascentEm = 0.93;
const lineEm = 1.165;
const elementNode = 1;
const textNode = 3;
const invisible = new Set(["defs", "clippath", "style", "title", "desc", "lineargradient", "pattern"]);

/** Box of an element in its own coordinates, like `SVGGraphicsElement.getBBox`. */
export function svgBox(element: SvgElement, measure: TextMeasure): Box {
  return boxOf(corners(element, measure));
}

/** Box of an element in the coordinates of its outermost ancestor, like `getBoundingClientRect`. */
export function clientBox(element: SvgElement, measure: TextMeasure): Box {
  let points = corners(element, measure);
  for (let at: SvgElement | null = element; at?.getAttribute; at = at.parentNode)
    points = transformed(points, matrixOf(at));
  return boxOf(points);
}

function boxOf(points: readonly Point[]): Box {
  if (points.length === 0) return { x: 0, y: 0, width: 0, height: 0 };
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

function corners(element: SvgElement, measure: TextMeasure): Point[] {
  const name = element.nodeName.toLowerCase();
  const number = (key: string) => Number.parseFloat(element.getAttribute?.(key) ?? "") || 0;
  if (invisible.has(name)) return [];
  if (name === "text" || name === "tspan") return textCorners(element, measure);
  if (name === "rect" || name === "image")
    return rectCorners(number("x"), number("y"), number("width"), number("height"));
  if (name === "path") return pathPoints(element.getAttribute?.("d") ?? "").flat();
  if (name === "line")
    return [
      [number("x1"), number("y1")],
      [number("x2"), number("y2")],
    ];
  if (name === "circle") {
    const r = number("r");
    return rectCorners(number("cx") - r, number("cy") - r, 2 * r, 2 * r);
  }
  if (name === "ellipse") {
    const [rx, ry] = [number("rx"), number("ry")];
    return rectCorners(number("cx") - rx, number("cy") - ry, 2 * rx, 2 * ry);
  }
  if (name === "polygon" || name === "polyline")
    return pathPoints(`M${element.getAttribute?.("points") ?? ""}`).flat();
  const points: Point[] = [];
  for (const child of element.childNodes) {
    if (child.nodeType === elementNode) points.push(...transformed(corners(child, measure), matrixOf(child)));
  }
  return points;
}

function rectCorners(x: number, y: number, width: number, height: number): Point[] {
  return [
    [x, y],
    [x + width, y],
    [x, y + height],
    [x + width, y + height],
  ];
}

function textCorners(element: SvgElement, measure: TextMeasure): Point[] {
  const lines = [...element.childNodes].filter((c) => c.nodeType === elementNode && hasClass(c, "line"));
  const parts = lines.length > 0 ? lines : [element];
  const size = fontSize(element);
  const anchor = inherited(element, "text-anchor") || "start";
  return parts.flatMap((line) => {
    const width = runs(line).reduce((sum, run) => sum + measure(run.text, run.size, run.style), 0);
    if (width === 0) return [];
    const shift = Number.parseFloat(line.getAttribute?.("dy") ?? "0") || 0;
    const x = Number.parseFloat(line.getAttribute?.("x") ?? element.getAttribute?.("x") ?? "") || 0;
    const y =
      (Number.parseFloat(element.getAttribute?.("y") ?? "") || 0) + (line === element ? 0 : shift * size);
    const left = anchor === "middle" ? x - width / 2 : anchor === "end" ? x - width : x;
    return rectCorners(left, y - ascentEm * size, width, lineEm * size);
  });
}

function hasClass(element: SvgElement, name: string): boolean {
  return (element.getAttribute?.("class") ?? "").split(" ").includes(name);
}

function runs(element: SvgElement): { text: string; size: number; style: string }[] {
  const found: { text: string; size: number; style: string }[] = [];
  for (const child of element.childNodes) {
    if (child.nodeType === elementNode) found.push(...runs(child));
    else if (child.nodeType === textNode && child.textContent) {
      const style = `${inherited(element, "font-style") || "normal"} ${inherited(element, "font-weight") || "normal"}`;
      found.push({ text: child.textContent, size: fontSize(element), style });
    }
  }
  return found;
}

function own(element: SvgElement, property: string): string {
  return element.style?.getPropertyValue(property) || (element.getAttribute?.(property) ?? "");
}

function inherited(element: SvgElement, property: string): string {
  for (let at: SvgElement | null = element; at; at = at.parentNode) {
    const value = own(at, property);
    if (value) return value;
  }
  return "";
}

function fontSize(element: SvgElement): number {
  for (let at: SvgElement | null = element, scale = 1; at; at = at.parentNode) {
    const value = own(at, "font-size");
    if (value.endsWith("%")) scale *= Number.parseFloat(value) / 100;
    else if (value.endsWith("em")) scale *= Number.parseFloat(value);
    else if (value) return scale * Number.parseFloat(value);
  }
  return 12;
}

function transformed(points: readonly Point[], [a, b, c, d, e, f]: Matrix): Point[] {
  return points.map(([x, y]) => [a * x + c * y + e, b * x + d * y + f]);
}

/** The transform of an element, as a matrix `[a, b, c, d, e, f]`. */
export function matrixOf(element: SvgElement): Matrix {
  let matrix: Matrix = [1, 0, 0, 1, 0, 0];
  for (const [, name, list] of (element.getAttribute?.("transform") ?? "").matchAll(/(\w+)\(([^)]*)\)/g)) {
    const values = (list ?? "")
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number);
    matrix = product(matrix, oneMatrix(name ?? "", values));
  }
  return matrix;
}

function oneMatrix(name: string, values: readonly number[]): Matrix {
  const [p = 0, q, r = 0, s = 1, t = 0, u = 0] = values;
  if (name === "translate") return [1, 0, 0, 1, p, q ?? 0];
  if (name === "scale") return [p, 0, 0, q ?? p, 0, 0];
  if (name === "matrix") return [p, q ?? 0, r, s, t, u];
  if (name !== "rotate") return [1, 0, 0, 1, 0, 0];
  const [cos, sin] = [Math.cos((p * Math.PI) / 180), Math.sin((p * Math.PI) / 180)];
  const [x, y] = [q ?? 0, r];
  return [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y];
}

function product(m: Matrix, n: Matrix): Matrix {
  const at = (i: 0 | 1, j: 0 | 2 | 4) => m[i] * n[j] + m[(i + 2) as 2 | 3] * n[(j + 1) as 1 | 3 | 5];
  return [at(0, 0), at(1, 0), at(0, 2), at(1, 2), at(0, 4) + m[4], at(1, 4) + m[5]];
}

const numbersOf = { M: 2, L: 2, H: 1, V: 1, C: 6, S: 4, Q: 4, T: 2, A: 7, Z: 0 } as const;
const curveParts = 16;

/**
 * The corners of each piece of a path; curves as {@link curveParts} short lines, arcs as their chord. Plotly
 * writes absolute commands only; relative ones are understood too.
 */
function pathPoints(d: string): Point[][] {
  const pieces: Point[][] = [];
  let [x, y] = [0, 0];
  for (const [, command = "", list = ""] of d.matchAll(/([a-zA-Z])([^a-zA-Z]*(?:e-?\d+[^a-zA-Z]*)*)/g)) {
    const name = command.toUpperCase() as keyof typeof numbersOf;
    const count = numbersOf[name];
    const relative = command !== name;
    const values = [...list.matchAll(/-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi)].map(Number);
    if (name === "Z") {
      const piece = pieces.at(-1);
      const first = piece?.[0];
      if (piece && first) {
        piece.push(first);
        [x, y] = first;
      }
      continue;
    }
    if (count === undefined) continue;
    for (let at = 0; at + count <= values.length; at += count) {
      const v = values.slice(at, at + count);
      const [ox, oy] = relative ? [x, y] : [0, 0];
      const pairs: Point[] = [];
      if (name === "H") pairs.push([ox + (v[0] ?? 0), y]);
      else if (name === "V") pairs.push([x, oy + (v[0] ?? 0)]);
      else
        for (let i = name === "A" ? 5 : 0; i + 1 < count; i += 2)
          pairs.push([ox + (v[i] ?? 0), oy + (v[i + 1] ?? 0)]);
      const end = pairs.at(-1) as Point;
      if (name === "M" && at === 0) pieces.push([end]);
      else if (pairs.length > 1) pieces.at(-1)?.push(...curve([[x, y], ...pairs]));
      else pieces.at(-1)?.push(end);
      [x, y] = end;
    }
  }
  return pieces;
}

/** Points along a Bezier curve of any degree, without its start (de Casteljau). */
function curve(controls: readonly Point[]): Point[] {
  return Array.from({ length: curveParts }, (_, i) => {
    const t = (i + 1) / curveParts;
    let points = [...controls];
    while (points.length > 1) {
      points = points.slice(1).map((next, j) => {
        const last = points[j] as Point;
        return [last[0] + t * (next[0] - last[0]), last[1] + t * (next[1] - last[1])] as const;
      });
    }
    return points[0] as Point;
  });
}

/** Length of a path in pixels, like `SVGGeometryElement.getTotalLength`. */
export function pathLength(d: string): number {
  return pathPoints(d).reduce(
    (sum, piece) => sum + piece.reduce((s, p, i) => s + distance(piece[i - 1] ?? p, p), 0),
    0,
  );
}

/** The point `length` pixels along a path, like `SVGGeometryElement.getPointAtLength`. */
export function pointAtLength(d: string, length: number): { x: number; y: number } {
  let left = length;
  let last: Point = [0, 0];
  for (const piece of pathPoints(d)) {
    last = piece[0] ?? last;
    for (const next of piece.slice(1)) {
      const step = distance(last, next);
      if (step >= left && step > 0) {
        const t = Math.max(0, left) / step;
        return { x: last[0] + t * (next[0] - last[0]), y: last[1] + t * (next[1] - last[1]) };
      }
      left -= step;
      last = next;
    }
  }
  return { x: last[0], y: last[1] };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b[0] - a[0], b[1] - a[1]);
}
