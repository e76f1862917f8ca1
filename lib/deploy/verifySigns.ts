import { tf } from "../backend";
import { type PlainBatch, toTensors } from "../loop/batchTensors";
import type { Trainable } from "../network/trainable";
import { bitPlace } from "../packed/packBits";
import { type PackedModel, programOf } from "../packed/packedModel";
import type { Program, Slot, SlotId } from "../packed/program";
import { ReferenceEngine } from "../packed/referenceEngine";
import { WasmEngine } from "../packed/wasm/wasmEngine";
import { ShapeError } from "../util/errors";
import { type Progress, silentProgress } from "../util/progress";

/** How a packed network is held against the float network it was packed from. */
export interface VerifySignsOptions {
  /** Images that the reference engine runs too, from the first; by default all. It takes some hundred times as long. */
  readonly reference?: number;
  /** Images in all, for the progress shown. */
  readonly total?: number;
  readonly progress?: Progress;
}

/** What {@link verifySigns} found. Plain data. */
export interface SignVerification {
  readonly images: number;
  /** Images of which the float network and the WebAssembly engine have the same largest logit. */
  readonly sameClass: number;
  /** Images whose label is that of the largest logit: of the float network, of the engine. */
  readonly correct: { readonly float: number; readonly packed: number };
  /** Largest difference of two logits, over all images. */
  readonly largestDifference: number;
  /** Signs that binary convolutions read, all images together, and how many of them differ from the float network's. */
  readonly signs: { readonly compared: number; readonly differing: number };
  /** Images with such a sign. */
  readonly imagesWithDifferingSigns: number;
  /**
   * In the first map of an image whose signs differ (those behind it follow from it): the largest absolute value, as a share of its
   * map's largest, that the float network took such a sign of. Of the size
   * of float32's rounding (1e-7 to 1e-5): the two sum real numbers in other orders, and the value lies between both. 0 for none.
   */
  readonly largestTie: number;
  /** Images that both engines ran, and how many of them have the same logits to the last bit, and the same signs. */
  readonly reference: { readonly images: number; readonly identical: number };
}

/**
 * Holds a packed network against the float network it was packed from, image by image: the class, the logits, and every sign that a
 * binary convolution reads. Where those signs and the weights' are the same, so are the integers that the convolutions give, which
 * are exact in float32 too. The reference engine is held against the WebAssembly engine, bit for bit.
 *
 * @param batches images as the network reads them (normalised), with their labels.
 * @throws ShapeError if network and model have other images or classes.
 */
export async function verifySigns(
  network: Trainable,
  model: PackedModel,
  batches: AsyncIterable<PlainBatch>,
  { reference = Number.POSITIVE_INFINITY, total = 0, progress = silentProgress }: VerifySignsOptions = {},
): Promise<SignVerification> {
  const program = programOf(model);
  const shape = ({ imageSize, imageChannels, classes }: typeof network | Program) =>
    `images of ${imageSize} x ${imageSize} x ${imageChannels}, ${classes} classes`;
  if (shape(program) !== shape(network))
    throw new ShapeError(
      `${network.name}: the packed model should read ${shape(network)}, got ${shape(program)}. Give the network it was packed from.`,
    );
  const engine = await WasmEngine.create(program, { threads: 1, keepSlots: true });
  const judge = new ReferenceEngine(program);
  const size = program.imageSize ** 2 * program.imageChannels;
  const found = new Findings(program);
  progress.start("packed against float", total, "images");
  try {
    for await (const batch of batches) {
      const float = await floatPass(network, program, batch);
      for (const [i, label] of batch.labels.entries()) {
        const image = batch.images.subarray(i * size, (i + 1) * size);
        const logits = await engine.run(image, 1);
        const slots = found.bits.map(({ id }) => engine.slot(id) as Uint32Array);
        found.add(float, i, label, logits, slots);
        if (found.images <= reference) {
          const values = judge.image(image);
          const same = (a: ArrayLike<number>, b: ArrayLike<number>) =>
            a.length === b.length && Array.prototype.every.call(a, (value, k) => Object.is(value, b[k]));
          const own = same(values[program.logits] as Float32Array, logits);
          const signs = found.bits.every(({ id }, k) =>
            same(values[id] as Uint32Array, slots[k] as Uint32Array),
          );
          found.judged(own && signs);
        }
      }
      progress.update(found.images);
    }
  } finally {
    progress.stop();
    engine.dispose();
  }
  return found.result();
}

/** What a float network says of a batch: logits, and by the name of a map of bits its signs and what they are taken of. */
interface FloatPass {
  readonly logits: Float32Array;
  readonly taps: ReadonlyMap<string, Float32Array>;
}

const before = (bits: string): string => bits.replace(/bits$/, "presign");

async function floatPass(network: Trainable, program: Program, batch: PlainBatch): Promise<FloatPass> {
  const names = program.slots.filter(({ kind }) => kind === "bits").map(({ name }) => name);
  const wanted = new Set(names.flatMap((name) => [name, before(name)]));
  const kept = new Map<string, tf.Tensor>();
  const logits = tf.tidy(() => {
    const { images } = toTensors(batch, network.imageSize, network.imageChannels);
    const tap = (name: string, tensor: tf.Tensor) => {
      if (wanted.has(name)) kept.set(name, tf.keep(tf.clone(tensor)));
    };
    return network.outputs(images, { training: false, edeT: 1, tap }).logits;
  });
  try {
    const taps = new Map<string, Float32Array>();
    for (const [name, tensor] of kept) taps.set(name, (await tensor.data()) as Float32Array);
    return { logits: (await logits.data()) as Float32Array, taps };
  } finally {
    tf.dispose([logits, ...kept.values()]);
  }
}

/** A slot of bits with the place of each channel in a pixel's words. */
interface BitsSlot {
  readonly id: SlotId;
  readonly slot: Slot;
  readonly places: readonly { readonly word: number; readonly bit: number }[];
}

/** Counts, image by image. */
class Findings {
  readonly bits: readonly BitsSlot[];
  images = 0;
  readonly #classes: number;
  #sameClass = 0;
  #float = 0;
  #packed = 0;
  #largest = 0;
  #compared = 0;
  #differing = 0;
  #tied = 0;
  #tie = 0;
  #judged = 0;
  #identical = 0;

  constructor(program: Program) {
    this.#classes = program.classes;
    this.bits = program.slots.flatMap((slot, id) => {
      if (slot.kind !== "bits") return [];
      const places = Array.from({ length: slot.channels }, (_, c) => bitPlace(c, slot.channels, slot.groups));
      return [{ id, slot, places }];
    });
  }

  add(float: FloatPass, i: number, label: number, logits: Float32Array, slots: readonly Uint32Array[]): void {
    const expected = float.logits.subarray(i * this.#classes, (i + 1) * this.#classes);
    const [own, other] = [largestOf(logits), largestOf(expected)];
    this.images += 1;
    this.#sameClass += own === other ? 1 : 0;
    this.#float += other === label ? 1 : 0;
    this.#packed += own === label ? 1 : 0;
    for (const [k, logit] of logits.entries())
      this.#largest = Math.max(this.#largest, Math.abs(logit - (expected[k] as number)));
    let differing = 0;
    for (const [k, bits] of this.bits.entries())
      differing += this.#compare(bits, slots[k] as Uint32Array, float, i, differing === 0);
    this.#differing += differing;
    this.#tied += differing > 0 ? 1 : 0;
  }

  judged(identical: boolean): void {
    this.#judged += 1;
    this.#identical += identical ? 1 : 0;
  }

  /** Signs of one map that differ. */
  #compare(
    { slot, places }: BitsSlot,
    words: Uint32Array,
    float: FloatPass,
    i: number,
    isFirst: boolean,
  ): number {
    const signs = float.taps.get(slot.name);
    const taken = float.taps.get(before(slot.name));
    if (!signs || !taken)
      throw new ShapeError(
        `verifySigns: the float network should show "${slot.name}" and "${before(slot.name)}", got neither.`,
      );
    const { channels } = slot;
    const pixels = slot.height * slot.width;
    const perPixel = words.length / pixels;
    const from = i * pixels * channels;
    const unlike: number[] = [];
    for (let p = 0; p < pixels; p++) {
      for (let c = 0; c < channels; c++) {
        const { word, bit } = places[c] as BitsSlot["places"][number];
        const negative = ((words[p * perPixel + word] as number) >>> bit) & 1;
        const at = from + p * channels + c;
        if ((signs[at] as number) < 0 !== (negative === 1)) unlike.push(at);
      }
    }
    this.#compared += pixels * channels;
    if (isFirst && unlike.length > 0) {
      let most = 0;
      for (let k = from; k < from + pixels * channels; k++)
        most = Math.max(most, Math.abs(taken[k] as number));
      for (const at of unlike) this.#tie = Math.max(this.#tie, Math.abs(taken[at] as number) / most);
    }
    return unlike.length;
  }

  result(): SignVerification {
    return {
      images: this.images,
      sameClass: this.#sameClass,
      correct: { float: this.#float, packed: this.#packed },
      largestDifference: this.#largest,
      signs: { compared: this.#compared, differing: this.#differing },
      imagesWithDifferingSigns: this.#tied,
      largestTie: this.#tie,
      reference: { images: this.#judged, identical: this.#identical },
    };
  }
}

/** Place of the largest value, the first of equals. */
function largestOf(values: Float32Array): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if ((values[k] as number) > (values[best] as number)) best = k;
  return best;
}
