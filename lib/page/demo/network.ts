import { bitPlace } from "../../packed/packBits";
import { type PackedModel, programOf } from "../../packed/packedModel";
import type { Program, Slot, SlotId } from "../../packed/program";
import { packedModelOf } from "../../packed/readModel";
import { WasmEngine } from "../../packed/wasm/wasmEngine";
import { flipped, type Weight } from "./flips";

/** A packed network that was opened. */
export interface OpenedNetwork {
  readonly name: string;
  readonly bytes: number;
  readonly model: PackedModel;
  readonly program: Program;
}

/** @throws RecordError and others of the reader, for a file that is none. */
export function openNetwork(bytes: Uint8Array, name: string): OpenedNetwork {
  const model = packedModelOf(bytes, name);
  return { name, bytes: bytes.length, model, program: programOf(model) };
}

/** The engines of a network: one that answers, and two that keep every map, with the weights as trained and as changed. */
export class Engines {
  readonly fast: WasmEngine;
  readonly #changed: WasmEngine;
  readonly #trained: WasmEngine;

  private constructor(fast: WasmEngine, changed: WasmEngine, trained: WasmEngine) {
    this.fast = fast;
    this.#changed = changed;
    this.#trained = trained;
  }

  static async create(program: Program, flips: readonly Weight[], threads: number): Promise<Engines> {
    const other = flipped(program, flips);
    const keeping = { threads: 1, keepSlots: true };
    const trained = await WasmEngine.create(program, keeping);
    const changed = other === program ? trained : await WasmEngine.create(other, keeping);
    return new Engines(await WasmEngine.create(other, { threads }), changed, trained);
  }

  async look(image: Float32Array): Promise<Look> {
    const now = await this.fast.run(image, 1);
    const before = await this.#trained.run(image, 1);
    await this.#changed.run(image, 1);
    const { slots } = this.fast.program;
    const maps = slots.flatMap((slot, id): BitMap[] => {
      if (slot.kind !== "bits") return [];
      const words = (engine: WasmEngine) => engine.slot(id) as Uint32Array;
      return [new BitMap(id, slot, words(this.#changed), words(this.#trained))];
    });
    return { probabilities: softmax(now), before: softmax(before), maps };
  }

  dispose(): void {
    for (const engine of [this.fast, this.#changed, this.#trained]) engine.dispose();
  }
}

/** What a network makes of one picture. */
export interface Look {
  /** One a class. */
  readonly probabilities: readonly number[];
  /** The same with all weights as they were trained. */
  readonly before: readonly number[];
  /** Every map of signs, in the order of computation. */
  readonly maps: readonly BitMap[];
}

/** A feature map of signs, as it is and as the weights give it that were trained. */
export class BitMap {
  readonly id: SlotId;
  readonly slot: Slot;
  readonly #words: Uint32Array;
  readonly #trained: Uint32Array;

  constructor(id: SlotId, slot: Slot, words: Uint32Array, trained: Uint32Array) {
    this.id = id;
    this.slot = slot;
    this.#words = words;
    this.#trained = trained;
  }

  get values(): number {
    return this.slot.height * this.slot.width * this.slot.channels;
  }

  /** Calls with every value: its channel and pixel, whether it is +1, and whether the trained weights give another. */
  each(see: (channel: number, pixel: number, positive: boolean, changed: boolean) => void): void {
    const { channels, groups, height, width } = this.slot;
    const perPixel = this.#words.length / (height * width);
    for (let c = 0; c < channels; c++) {
      const { word, bit } = bitPlace(c, channels, groups);
      for (let p = 0; p < height * width; p++) {
        const at = p * perPixel + word;
        const own = ((this.#words[at] as number) >>> bit) & 1;
        const other = ((this.#trained[at] as number) >>> bit) & 1;
        see(c, p, own === 0, own !== other);
      }
    }
  }

  /** How many values are +1, and how many the trained weights give otherwise. */
  counts(): { readonly positive: number; readonly changed: number } {
    let [positive, changed] = [0, 0];
    this.each((_, __, isPositive, isChanged) => {
      if (isPositive) positive += 1;
      if (isChanged) changed += 1;
    });
    return { positive, changed };
  }
}

/** `exp(x − max) / Σ`. */
export function softmax(logits: Float32Array): number[] {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
