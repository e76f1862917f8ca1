import type { Program, Slot, Step } from "../program";

/** Multiply-accumulates of one step on one image. */
export interface StepWork {
  /** 1-bit ones; products with the border are counted. */
  readonly bops: number;
  /** Real ones. */
  readonly flops: number;
}

/** One multiply-accumulate is one operation; element-wise work is not counted. */
export function stepWork(program: Program, step: Step): StepWork {
  const slot = (id: number) => program.slots[id] as Slot;
  if (step.step === "dense") return { bops: 0, flops: step.weights.length };
  if (step.step !== "binary_conv" && step.step !== "real_conv") return { bops: 0, flops: 0 };
  const inChannels = slot(step.input).channels;
  if (step.step === "real_conv") {
    const { height, width, channels } = slot(step.output);
    return { bops: 0, flops: height * width * step.kernel ** 2 * inChannels * channels };
  }
  const { result, kernel, groups, outChannels } = step;
  const output = result.kind === "real" ? result.output : result.outputs[0]?.output;
  const { height, width } = slot(output ?? 0);
  return { bops: height * width * outChannels * kernel ** 2 * (inChannels / groups), flops: 0 };
}
