import type { CapacityGraph, CapacityTensor } from "../../analysis/capacityGraphBuilder";
import { svgElement, svgNumber } from "../../text/svg";
import { palette } from "../frame/theme";

/** Widest pipe and thinnest line of a drawing, in pixels. */
const widest = 5;
const thinnest = 0.7;

/** Colours of what a drawing of capacities tells apart. */
export const pipeColors = Object.freeze({
  /** Where real values flow. */
  real: "#B4C0CC",
  /** Behind a sign. */
  get bit(): string {
    return palette.blue;
  },
  /** A part of the smallest cut. */
  get cut(): string {
    return palette.vermillion;
  },
});

/** What flows along a line of a drawing. */
export interface Flow {
  /** In bits. */
  readonly capacity: number;
  /** Whether one bit an element flows. */
  readonly single: boolean;
  /** Whether it is part of the smallest cut. */
  readonly cut: boolean;
}

/** The tensors of a network by name, as what flows. */
export class CapacityFlows {
  readonly #places: ReadonlyMap<string, number>;
  readonly #sources: readonly (readonly number[])[];
  readonly #most: number;

  /** @param cut places of the tensors of the smallest cut. */
  constructor(
    readonly graph: CapacityGraph,
    readonly cut: ReadonlySet<number>,
  ) {
    const { tensors, reads } = graph;
    this.#places = new Map(tensors.map(({ name }, place) => [name, place]));
    const sources: number[][] = tensors.map(() => []);
    for (const [source, reader] of reads) (sources[reader] as number[]).push(source);
    this.#sources = sources;
    this.#most = Math.max(...tensors.map(({ capacity }) => capacity));
  }

  /** Place of a tensor by its name; null where the network has none of it. */
  place(name: string): number | null {
    return this.#places.get(name) ?? null;
  }

  tensor(place: number): CapacityTensor {
    return this.graph.tensors[place] as CapacityTensor;
  }

  /** Places of the tensors one is computed from. */
  sources(place: number): readonly number[] {
    return this.#sources[place] as readonly number[];
  }

  at(place: number): Flow {
    const { capacity, bitsPerElement } = this.tensor(place);
    return { capacity, single: bitsPerElement === 1, cut: this.cut.has(place) };
  }

  /** Thickness of a pipe whose cross-section is the capacity, in pixels: its diameter goes with the square root. */
  thickness(capacity: number): number {
    return Math.max(thinnest, widest * Math.sqrt(capacity / this.#most));
  }

  /** A line along which something flows, as SVG path data, and where it is part of the cut a bar across it. */
  pipe(d: string, flow: Flow, middle: { readonly x: number; readonly y: number }): string[] {
    const width = this.thickness(flow.capacity);
    const color = flow.cut ? pipeColors.cut : flow.single ? pipeColors.bit : pipeColors.real;
    const drawn = [svgElement("path", { d, fill: "none", stroke: color, "stroke-width": width })];
    return flow.cut ? [...drawn, cutBar(middle.x, middle.y, width)] : drawn;
  }

  /** {@link pipe} from left to right. */
  level(x1: number, x2: number, y: number, flow: Flow): string[] {
    const n = svgNumber;
    return this.pipe(`M${n(x1)} ${n(y)}H${n(x2)}`, flow, { x: (x1 + x2) / 2, y });
  }
}

/** A bar across a level line: here the smallest cut goes through. */
export function cutBar(x: number, y: number, width: number): string {
  const half = width / 2 + 3;
  return svgElement("line", {
    x1: x,
    x2: x,
    y1: y - half,
    y2: y + half,
    stroke: pipeColors.cut,
    "stroke-width": 1.6,
  });
}

/** Capacities as one reads them: `24576` → `"24.6 kbit"`. */
export function bitsText(bits: number): string {
  const steps: [number, string][] = [
    [1e9, "Gbit"],
    [1e6, "Mbit"],
    [1e3, "kbit"],
  ];
  const [scale, unit] = steps.find(([size]) => bits >= 0.9995 * size) ?? [1, "bit"];
  return `${Number((bits / scale).toPrecision(3))} ${unit}`;
}
