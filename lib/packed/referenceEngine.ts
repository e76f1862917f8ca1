import { checkImages } from "./checkImages";
import { type PackedEngine, type Program, type SlotId, slotLength } from "./program";
import { runStep, type SlotValues } from "./referenceSteps";

/** Sees every slot of an image as it is written. The array is the engine's: copy to keep. */
export type SeeSlot = (slot: SlotId, values: SlotValues) => void;

/**
 * The judge: runs a program one image, one pixel, one channel at a time, exactly as `program.ts` states it. Slow, and plain enough
 * to be checked by reading; every other engine gives the same numbers.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ width: 0.125, imageSize: 8 });
 * const model = bars.packed.packDrawn({ kind: "baseline", name: "small", ...network }, bars.randomKey(0));
 * const engine = new bars.packed.ReferenceEngine(bars.packed.programOf(model));
 * const logits = await engine.run(new Float32Array(2 * 8 * 8 * 3), 2);
 * console.log(logits.length, logits[0] === logits[10]); // 20 true
 * ```
 */
export class ReferenceEngine implements PackedEngine {
  readonly name = "reference";
  readonly program: Program;

  constructor(program: Program) {
    this.program = program;
  }

  async run(images: Float32Array, count: number): Promise<Float32Array> {
    checkImages(this.name, this.program, images, count);
    const { classes, logits } = this.program;
    const all = new Float32Array(count * classes);
    const size = images.length / count;
    for (let i = 0; i < count; i++) {
      const values = this.image(images.subarray(i * size, (i + 1) * size));
      all.set(values[logits] as Float32Array, i * classes);
    }
    return all;
  }

  /** The values of all slots for one image, `[imageSize, imageSize, imageChannels]`. */
  image(image: Float32Array, see: SeeSlot = () => {}): SlotValues[] {
    checkImages(this.name, this.program, image, 1);
    const values = this.program.slots.map((slot) =>
      slot.kind === "real" ? new Float32Array(slotLength(slot)) : new Uint32Array(slotLength(slot)),
    );
    (values[0] as Float32Array).set(image);
    see(0, values[0] as SlotValues);
    for (const step of this.program.steps) runStep(step, this.program.slots, values, see);
    return values;
  }

  dispose(): void {}
}
