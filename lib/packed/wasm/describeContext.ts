import type { Program, Slot, SlotId } from "../program";
import type { Constants } from "./constants";
import type { SlotPlace, SlotPlan } from "./planSlots";

/** A kernel of binary convolutions. */
export type BinaryKernel = "lookup" | "i64" | "i8x16";

/** What describing a step needs. */
export class DescribeContext {
  readonly program: Program;
  readonly plan: SlotPlan;
  readonly constants: Constants;
  readonly kernel: BinaryKernel;

  constructor(program: Program, plan: SlotPlan, constants: Constants, kernel: BinaryKernel) {
    this.program = program;
    this.plan = plan;
    this.constants = constants;
    this.kernel = kernel;
  }

  slot(id: SlotId): Slot {
    return this.program.slots[id] as Slot;
  }

  place(id: SlotId): SlotPlace {
    return this.plan.places[id] as SlotPlace;
  }
}
