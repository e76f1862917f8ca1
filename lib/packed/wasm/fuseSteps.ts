import {
  type Binarize,
  epilogueOf,
  inputsOf,
  outputsOf,
  type Program,
  type SlotId,
  type Step,
} from "../program";

/** A step with the signs that are taken of what it puts out, before it is written or instead of it. */
export interface FusedStep {
  readonly step: Step;
  readonly binarized: readonly Binarize[];
  /** Whether its real result is written: somebody else reads it. */
  readonly written: boolean;
  /** Slots it reads and slots it writes. */
  readonly reads: readonly SlotId[];
  readonly writes: readonly SlotId[];
}

/**
 * Joins every sign with the step whose result it reads, where that step has an epilogue. A real map that only signs read is never
 * written.
 * @param keep writes all slots all the same.
 */
export function fuseSteps(program: Program, keep: boolean): FusedStep[] {
  const readers = new Map<SlotId, Step[]>();
  for (const step of program.steps) {
    for (const slot of inputsOf(step)) readers.set(slot, [...(readers.get(slot) ?? []), step]);
  }
  const joined = new Set<Step>();
  const fused = program.steps.map((step): FusedStep => {
    const writes = outputsOf(step);
    const [output] = writes;
    const signs =
      epilogueOf(step) === null
        ? []
        : (readers.get(output as SlotId) ?? []).filter((reader) => reader.step === "binarize");
    for (const sign of signs) joined.add(sign);
    const written =
      keep ||
      signs.length === 0 ||
      output === program.logits ||
      signs.length < (readers.get(output as SlotId) ?? []).length;
    return {
      step,
      binarized: signs,
      written,
      reads: inputsOf(step),
      writes: [...(written ? writes : []), ...signs.map((sign) => sign.output)],
    };
  });
  return fused.filter(({ step }) => !joined.has(step));
}
