import type { Expression, ImageMemory, View } from "./expression";
import type { Sequence } from "./schedule";

/** Rows and columns of an image; ends are those after the last ones. */
export interface Part {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** Of every image that something reads, the smallest part in which all of that lies. */
export function readParts(stages: readonly Sequence[]): Map<ImageMemory, Part> {
  const found = new Map<ImageMemory, Part>();
  const add = (memory: ImageMemory, part: Part) => {
    const known = found.get(memory) ?? part;
    found.set(memory, {
      top: Math.min(known.top, part.top),
      left: Math.min(known.left, part.left),
      bottom: Math.max(known.bottom, part.bottom),
      right: Math.max(known.right, part.right),
    });
  };
  const seen = new Set<Expression>();
  const visit = (one: Expression): void => {
    if (seen.has(one)) return;
    seen.add(one);
    if (one.view) add(one.view.memory, partOf(one.view));
    for (const arg of one.args) visit(arg);
  };
  for (const { steps } of stages)
    for (const step of steps) {
      if (step.kind === "pass") for (const { value } of step.roots) visit(value);
      else for (const memory of step.reads) if (!("own" in memory)) add(memory, wholeOf(memory));
    }
  return found;
}

function wholeOf({ extents: { rows, columns } }: ImageMemory): Part {
  return { top: 0, left: 0, bottom: rows, right: columns };
}

function partOf({ memory, origin, pixelStep, rowStep, extents }: View): Part {
  const pixel = memory.extents.channels;
  const row = memory.extents.columns * pixel;
  const steps = [rowStep / row, pixelStep / pixel];
  if (!steps.every(Number.isInteger)) return wholeOf(memory);
  const [down, across] = steps as [number, number];
  const top = Math.floor(origin / row);
  const left = Math.floor((origin % row) / pixel);
  return {
    top,
    left,
    bottom: top + (extents.rows - 1) * down + 1,
    right: left + (extents.columns - 1) * across + 1,
  };
}
