import type { LayerCost } from "../cost/cost";
import { tapsOf } from "../cost/latencyTable";
import { ConfigError } from "../util/errors";
import { type Epilogue, noEpilogue, type Program, type Slot, type Step, wordsPerGroup } from "./program";

/** What has the time of a layer: that of `program`'s steps called `layer`, less that of `without`'s. */
export interface TimedLayer {
  readonly program: Program;
  readonly without?: Program;
}

/** Name of the steps that are timed; others only prepare what they read. */
export const timedStep = "layer";

/**
 * A layer of a cost table alone, for its time: a convolution with scale, shift and ReLU of its result; of a sum and of signs what they
 * add to the step that writes the map. Weights are of no account.
 *
 * A row of a cost table says `kernel² / groups`, not both: the smallest odd kernel that fits is taken.
 *
 * @throws ConfigError for a layer that takes no time of its own.
 */
export function layerProgram(row: TimedRow): TimedLayer {
  const { layer, inputShape } = row;
  const build = new LayerBuilder(row);
  if (layer !== "sum" && layer !== "sign" && layer !== "rsign") {
    build.own(row);
    return { program: build.program() };
  }
  const without = new LayerBuilder(row);
  without.convolved(false);
  const output = build.convolved(layer === "sum");
  if (layer !== "sum") build.binarize(output, inputShape, timedStep);
  return { program: build.program(), without: without.program() };
}

type TimedRow = Pick<
  LayerCost,
  "name" | "layer" | "inputShape" | "outputShape" | "flops" | "bops" | "elementwise"
>;
type MapShape = LayerCost["inputShape"];

const filled = (length: number, value: number) => new Float32Array(length).fill(value);

class LayerBuilder {
  readonly #row: TimedRow;
  readonly #slots: Slot[] = [];
  readonly #steps: Step[] = [];

  constructor(row: TimedRow) {
    this.#row = row;
    this.#add("real", row.inputShape);
  }

  program(): Program {
    const { inputShape, outputShape } = this.#row;
    return {
      imageSize: inputShape[0],
      imageChannels: inputShape[2],
      classes: outputShape[2],
      slots: this.#slots,
      steps: this.#steps,
      logits: this.#slots.length - 1,
    };
  }

  #add(kind: Slot["kind"], [height, width, channels]: MapShape, groups = 1): number {
    return this.#slots.push({ name: `map${this.#slots.length}`, kind, height, width, channels, groups }) - 1;
  }

  /** A map that is there. */
  filled(kind: "real", shape: MapShape): number {
    const output = this.#add(kind, shape);
    this.#steps.push({ step: "zeros", name: "before", output });
    return output;
  }

  /** A binary 3x3 convolution, to whose result a map is added or is not. */
  convolved(adds: boolean): number {
    const { inputShape } = this.#row;
    const channels = inputShape[2];
    const plus = this.filled("real", inputShape);
    const input = this.binarize(0, inputShape, "before");
    const output = this.#add("real", inputShape);
    const epilogue = { ...relu(channels), plus: adds ? plus : null };
    const window = { kernel: 3, stride: 1, dilation: 1, groups: 1, border: 1, phases: 1 } as const;
    const conv = { step: "binary_conv", name: timedStep, input, ...window, outChannels: channels } as const;
    const weights = drawnWords(channels * 9, channels);
    this.#steps.push({ ...conv, weights, result: { kind: "real", output, epilogue } });
    return output;
  }

  binarize(input: number, shape: MapShape, name: string, groups = 1): number {
    const output = this.#add("bits", shape, groups);
    const flips = new Int8Array(shape[2]).fill(1);
    this.#steps.push({ step: "binarize", name, input, output, limits: filled(shape[2], 0.1), flips });
    return output;
  }

  /** The step of a layer that has one. */
  own(row: TimedRow): void {
    const { layer, inputShape, outputShape } = row;
    const [size, , channels] = inputShape;
    const out = outputShape[2];
    const stride = size > outputShape[0] ? 2 : 1;
    const common = { name: timedStep, input: 0 } as const;
    switch (layer) {
      case "binary_conv": {
        const { kernel, groups } = kernelOf(row);
        const input = this.binarize(0, inputShape, "before", groups);
        const output = this.#add("real", outputShape);
        const weights = drawnWords(out * kernel * kernel, channels / groups);
        const result = { kind: "real", output, epilogue: relu(out) } as const;
        const window = { kernel, stride, dilation: 1, groups, border: 1, phases: 1 } as const;
        const conv = { ...common, step: "binary_conv", input, ...window, outChannels: out, weights } as const;
        this.#steps.push({ ...conv, result });
        return;
      }
      case "conv": {
        const { kernel } = kernelOf(row);
        const weights = Float32Array.from(
          { length: kernel * kernel * channels * out },
          (_, i) => (i % 7) - 3,
        );
        const output = this.#add("real", outputShape);
        const window = { kernel, stride, before: (kernel - 1) >> 1 } as const;
        this.#steps.push({ ...common, step: "real_conv", output, ...window, weights, epilogue: relu(out) });
        return;
      }
      case "linear": {
        const weights = filled(inputShape[0] * inputShape[1] * channels * out, 0.1);
        const output = this.#add("real", outputShape);
        this.#steps.push({ ...common, step: "dense", output, weights, bias: filled(out, 0) });
        return;
      }
      case "max_pool":
      case "avg_pool": {
        const kernel = poolKernel(row);
        const window = { kernel, stride, before: (kernel - stride) >> 1 } as const;
        const of = layer === "max_pool" ? "max" : "mean";
        const output = this.#add("real", outputShape);
        this.#steps.push({
          ...common,
          step: "pool",
          output,
          of,
          copies: 1,
          ...window,
          epilogue: noEpilogue,
        });
        return;
      }
      case "global_pool":
        this.#steps.push({ ...common, step: "global_pool", output: this.#add("real", outputShape) });
        return;
      case "concat": {
        const parts = Math.max(1, Math.round(out / channels));
        const inputs = Array.from({ length: parts }, (_, i) =>
          i === 0 ? 0 : this.filled("real", inputShape),
        );
        this.#steps.push({
          name: timedStep,
          step: "concat",
          inputs,
          output: this.#add("real", outputShape),
        });
        return;
      }
      case "sum_pass": {
        const residual = this.filled("real", inputShape);
        const output = this.#add("real", inputShape);
        const epilogue = { ...noEpilogue, residual };
        this.#steps.push({ ...common, step: "pointwise", output, copies: 1, epilogue });
        return;
      }
      case "match_channels":
        this.#steps.push({
          ...common,
          step: "match",
          output: this.#add("real", outputShape),
          nodes: 1,
          epilogue: noEpilogue,
        });
        return;
      default:
        throw new ConfigError(`${row.name}: a layer "${layer}" takes no time of its own; leave it out.`);
    }
  }
}

function relu(channels: number): Epilogue {
  return {
    ...noEpilogue,
    scale: filled(channels, 0.5),
    offset: filled(channels, 0.1),
    activation: { kind: "relu" },
  };
}

/** Weights of so many taps, each of so many channels; bits without a channel are 0. */
function drawnWords(taps: number, channels: number): Uint32Array {
  const words = wordsPerGroup(channels, 1);
  const left = channels % 32;
  return Uint32Array.from({ length: taps * words }, (_, i) => {
    const word = Math.imul(i + 1, 2654435761) >>> 0;
    return left > 0 && i % words === words - 1 ? word & (2 ** left - 1) : word;
  });
}

/** Kernel and groups of a convolution: the smallest odd kernel whose square is a whole multiple of `kernel² / groups`. */
function kernelOf(row: TimedRow): { kernel: number; groups: number } {
  const taps = tapsOf(row) as number;
  for (let kernel = 1; kernel < 64; kernel += 2) {
    const groups = kernel ** 2 / taps;
    const whole = Math.round(groups);
    const fits = Math.abs(groups - whole) < 1e-9 && whole >= 1;
    if (fits && row.inputShape[2] % whole === 0 && row.outputShape[2] % whole === 0)
      return { kernel, groups: whole };
  }
  throw new ConfigError(
    `${row.name}: expected a convolution of an odd kernel, got kernel² / groups = ${taps}.`,
  );
}

/** A pooling counts one operation for each value its windows read. */
function poolKernel({ outputShape: [height, width, channels], elementwise }: TimedRow): number {
  return Math.round(Math.sqrt(elementwise / (height * width * channels)));
}
