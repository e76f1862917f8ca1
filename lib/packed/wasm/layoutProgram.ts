import type { Program } from "../program";
import { Constants } from "./constants";
import { type BinaryKernel, DescribeContext } from "./describeContext";
import { describeBinaryConv, describeRealConv } from "./describeConvolutions";
import { describeMap } from "./describeMaps";
import { JOB_BYTES, SLACK } from "./fields";
import { type FusedStep, fuseSteps } from "./fuseSteps";
import { planSlots, type SlotPlan } from "./planSlots";
import { ScratchAreas } from "./scratchAreas";

/** A program ready for the kernels. */
export interface ProgramLayout {
  readonly steps: readonly FusedStep[];
  readonly plan: SlotPlan;
  readonly constants: Constants;
  /** Address of the list of descriptors, one a step. */
  readonly list: number;
  /** Address of the job that threads share. */
  readonly job: number;
  /** Bytes that one thread works in: its own slots, and its scratch. */
  readonly arenaBytes: number;
  readonly scratchBytes: number;
}

/** @param keep all slots are written, and stay. */
export function layoutProgram(program: Program, kernel: BinaryKernel, keep: boolean): ProgramLayout {
  const steps = fuseSteps(program, keep);
  const plan = planSlots(program, steps, keep);
  const constants = new Constants();
  const job = constants.reserve(JOB_BYTES);
  const context = new DescribeContext(program, plan, constants, kernel);
  let scratchBytes = 0;
  const descriptors = steps.map((fused) => {
    const scratch = new ScratchAreas();
    const address = describe(context, scratch, fused);
    scratchBytes = Math.max(scratchBytes, scratch.bytes);
    return address;
  });
  const list = constants.add(Int32Array.from(descriptors));
  const whole = (bytes: number) => Math.ceil((bytes + SLACK) / 4096) * 4096;
  return {
    steps,
    plan,
    constants,
    list,
    job,
    arenaBytes: whole(plan.bytes),
    scratchBytes: whole(scratchBytes),
  };
}

function describe(context: DescribeContext, scratch: ScratchAreas, fused: FusedStep): number {
  const { step } = fused;
  switch (step.step) {
    case "binary_conv":
      return describeBinaryConv(context, scratch, fused, step);
    case "real_conv":
      return describeRealConv(context, scratch, fused, step);
    default:
      return describeMap(context, scratch, fused, step);
  }
}
