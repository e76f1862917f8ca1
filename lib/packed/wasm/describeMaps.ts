import { noEpilogue, type Step } from "../program";
import type { DescribeContext } from "./describeContext";
import { describeFinish } from "./describeFinish";
import * as at from "./fields";
import type { FusedStep } from "./fuseSteps";
import type { ScratchAreas } from "./scratchAreas";

type Of<Name extends Step["step"]> = Extract<Step, { step: Name }>;

/** Everything but convolutions. */
export function describeMap(
  context: DescribeContext,
  scratch: ScratchAreas,
  fused: FusedStep,
  step: Exclude<Step, Of<"binary_conv" | "real_conv">>,
): number {
  const { constants } = context;
  switch (step.step) {
    case "pool":
    case "pointwise":
      return describeWindow(context, scratch, fused, step);
    case "binarize":
      return describeSign(context, scratch, step);
    case "match":
      return describeMatch(context, scratch, fused, step);
    case "concat": {
      const { height, width } = context.slot(step.output);
      const list = step.inputs.flatMap((id) => {
        const { offset, pixelBytes } = context.place(id);
        return [offset, pixelBytes, context.slot(id).channels];
      });
      return constants.describe(at.SIMPLE_BYTES, {
        [at.S_OP]: at.OP_CONCAT,
        [at.S_ROWS]: height,
        [at.S_COLS]: width,
        [at.N_LIST]: constants.add(Int32Array.from(list)),
        [at.N_COUNT]: step.inputs.length,
        ...written(context, step.output),
      });
    }
    case "global_pool":
      return constants.describe(at.SIMPLE_BYTES, {
        [at.S_OP]: at.OP_GLOBAL_POOL,
        [at.S_ROWS]: 1,
        [at.S_CHANNELS]: context.slot(step.output).channels,
        [at.N_PIXELS]: context.slot(step.input).height * context.slot(step.input).width,
        ...read(context, step.input),
        ...written(context, step.output),
      });
    case "dense":
      return describeDense(context, step);
    case "zeros": {
      const { height, width } = context.slot(step.output);
      return constants.describe(at.SIMPLE_BYTES, {
        [at.S_OP]: at.OP_ZEROS,
        [at.S_ROWS]: height,
        [at.S_COLS]: width,
        ...written(context, step.output),
      });
    }
    default:
      return step satisfies never;
  }
}

function read(context: DescribeContext, id: number) {
  const { offset, pixelBytes, rowBytes } = context.place(id);
  const { height } = context.slot(id);
  return {
    [at.S_INPUT]: offset,
    [at.S_INPUT_ROW]: rowBytes,
    [at.S_INPUT_PIXEL]: pixelBytes,
    [at.S_INPUT_ROWS]: height,
  };
}

function written(context: DescribeContext, id: number) {
  const { offset, pixelBytes } = context.place(id);
  return { [at.N_OUTPUT]: offset, [at.N_OUTPUT_PIXEL]: pixelBytes };
}

function describeWindow(
  context: DescribeContext,
  scratch: ScratchAreas,
  { binarized, written }: FusedStep,
  step: Of<"pool" | "pointwise">,
): number {
  const input = context.slot(step.input);
  const output = context.slot(step.output);
  const pools = step.step === "pool";
  const sumsPixel = 16 * Math.ceil(output.channels / 4);
  // Vectors of four channels are doubled whole: up to four floats more than a pixel has.
  const sums = scratch.add(output.width * sumsPixel + 32);
  // What is neither pooled nor doubled is read where it is.
  const direct = !pools && step.copies === 1;
  const source = {
    kind: at.SOURCE_F32,
    pixelBytes: direct ? context.place(step.input).pixelBytes : sumsPixel,
  };
  const finish = describeFinish(
    context,
    scratch,
    source,
    { slot: step.output, written },
    step.epilogue,
    binarized,
  );
  return context.constants.describe(at.POOL_BYTES, {
    [at.S_OP]: pools ? at.OP_POOL : at.OP_POINTWISE,
    [at.S_ROWS]: output.height,
    [at.S_FINISH]: finish,
    ...read(context, step.input),
    [at.S_COLS]: output.width,
    [at.S_SUMS]: sums,
    [at.S_SUMS_PIXEL]: sumsPixel,
    [at.S_CHANNELS]: output.channels,
    [at.Q_KERNEL]: pools ? step.kernel : 1,
    [at.Q_STRIDE]: pools ? step.stride : 1,
    [at.Q_BEFORE]: pools ? step.before : 0,
    [at.Q_MEAN]: pools && step.of === "mean" ? 1 : 0,
    [at.Q_COPIES]: step.copies,
    [at.Q_INPUT_COLS]: input.width,
    [at.Q_CHANNELS]: input.channels,
  });
}

/** A sign of something that has no epilogue to take it in. */
function describeSign(context: DescribeContext, scratch: ScratchAreas, step: Of<"binarize">): number {
  const input = context.slot(step.input);
  const source = { kind: at.SOURCE_F32, pixelBytes: context.place(step.input).pixelBytes };
  const output = { slot: step.input, written: false };
  const finish = describeFinish(context, scratch, source, output, noEpilogue, [step]);
  return context.constants.describe(at.POOL_BYTES, {
    [at.S_OP]: at.OP_POINTWISE,
    [at.S_ROWS]: input.height,
    [at.S_FINISH]: finish,
    ...read(context, step.input),
    [at.S_COLS]: input.width,
    [at.S_CHANNELS]: input.channels,
    [at.Q_COPIES]: 1,
    [at.Q_CHANNELS]: input.channels,
  });
}

function describeMatch(
  context: DescribeContext,
  scratch: ScratchAreas,
  { binarized, written }: FusedStep,
  step: Of<"match">,
): number {
  const input = context.slot(step.input);
  const output = context.slot(step.output);
  const sumsPixel = 16 * Math.ceil(output.channels / 4);
  const sums = scratch.add(output.width * sumsPixel);
  const source = { kind: at.SOURCE_F32, pixelBytes: sumsPixel };
  const finish = describeFinish(
    context,
    scratch,
    source,
    { slot: step.output, written },
    step.epilogue,
    binarized,
  );
  return context.constants.describe(at.MATCH_BYTES, {
    [at.S_OP]: at.OP_MATCH,
    [at.S_ROWS]: output.height,
    [at.S_FINISH]: finish,
    ...read(context, step.input),
    [at.S_COLS]: output.width,
    [at.S_SUMS]: sums,
    [at.S_SUMS_PIXEL]: sumsPixel,
    [at.S_CHANNELS]: output.channels,
    [at.M_NODES]: step.nodes,
    [at.M_FROM]: input.channels / step.nodes,
    [at.M_TO]: output.channels / step.nodes,
  });
}

function describeDense(context: DescribeContext, step: Of<"dense">): number {
  const { constants } = context;
  const input = context.slot(step.input);
  const { channels } = context.slot(step.output);
  const outputs = 4 * Math.ceil(channels / 4);
  const features = step.weights.length / channels;
  const weights = new Float32Array(features * outputs);
  for (let f = 0; f < features; f++) {
    weights.set(step.weights.subarray(f * channels, (f + 1) * channels), f * outputs);
  }
  const bias = new Float32Array(outputs);
  bias.set(step.bias);
  return constants.describe(at.SIMPLE_BYTES, {
    [at.S_OP]: at.OP_DENSE,
    [at.S_ROWS]: 1,
    [at.S_CHANNELS]: channels,
    ...read(context, step.input),
    ...written(context, step.output),
    [at.N_WEIGHTS]: constants.add(weights),
    [at.N_BIAS]: constants.add(bias),
    [at.N_PIXELS]: input.height * input.width,
    [at.Q_CHANNELS]: input.channels,
  });
}
