/**
 * A packed network as a straight list of steps: what every engine runs, whatever the network was made from.
 *
 * **Arithmetic.** All engines compute the same numbers, bit for bit: everything real is float32, rounded after every single
 * multiplication, addition and division (no fused multiply-add), in the order that each step states. Binary convolutions
 * are exact integers.
 *
 * **Slots.** A step reads slots and writes new ones; no slot is written twice, and none is read before it is written. A slot
 * holds one image's feature map, NHWC without the batch: value `(y, x, c)` at `(y · width + x) · channels + c`.
 *
 * **Bits.** In a slot of bits, bit 0 means +1 and bit 1 means −1. Pixel `(y, x)` is `groups · wordsPerGroup` words of 32 bits, at
 * `(y · width + x) · groups · wordsPerGroup`, with `wordsPerGroup = ceil(channels / groups / 32)`. Channel `c` belongs to group
 * `c mod groups`, of which it is member `j = floor(c / groups)`: bit `j mod 32` (bit 0 the least significant) of word
 * `(c mod groups) · wordsPerGroup + floor(j / 32)`. Bits without a channel are 0. With one group: channel `c` is bit `c mod 32` of
 * word `floor(c / 32)`. A word of zeros is 32 times +1, so a border of +1 is a border of zero words.
 */
export interface Program {
  /** Height and width of the images, in pixels. */
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly classes: number;
  /** Slot 0 is the image (normalised float32); the others in the order in which steps write them. */
  readonly slots: readonly Slot[];
  readonly steps: readonly Step[];
  /** The slot of `classes` logits, `[1, 1, classes]`. */
  readonly logits: SlotId;
}

/** Place in {@link Program.slots}. */
export type SlotId = number;

/** One feature map. */
export interface Slot {
  /** Of the layer of the network whose value it is: `stem`, `cell0.node1`, `cell0.edge1-0.bin_conv_3x3.bits`, … */
  readonly name: string;
  readonly kind: "real" | "bits";
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** How channels of bits lie in words; 1 for real slots. Divides `channels`. */
  readonly groups: number;
}

/** One step of a program. `name` is the layer it computes, for messages and timings. */
export type Step =
  | RealConvolution
  | BinaryConvolution
  | Binarize
  | Pool
  | Pointwise
  | Match
  | Concat
  | GlobalPool
  | Dense
  | Zeros;

/** A window that slides over a map, square, with the same stride and start in both directions. */
export interface Window {
  /** Taps in one direction. */
  readonly kernel: number;
  readonly stride: 1 | 2;
  /** Rows above the first row (and columns left of the first column) that the first window starts at. */
  readonly before: number;
}

/**
 * Convolution of a real map. Output pixel `(i, j)`, channel `o`:
 *
 * `acc = Σ_ky Σ_kx Σ_c x[stride·i + ky − before, stride·j + kx − before, c] · weights[ky, kx, c, o]`
 *
 * summed from 0 in just that order (`ky` outermost, `c` innermost), each product rounded and then added; taps outside the map are
 * left out. Then {@link Epilogue}.
 */
export interface RealConvolution extends Window {
  readonly step: "real_conv";
  readonly name: string;
  readonly input: SlotId;
  readonly output: SlotId;
  /** `[kernel, kernel, inChannels, outChannels]`, flat. */
  readonly weights: Float32Array;
  readonly epilogue: Epilogue;
}

/**
 * Convolution of a map of bits with bits. Output pixel `(i, j)`, channel `o`, with `phase = o mod phases` and
 * `g = floor(o / phases) mod groups`:
 *
 * `n = Σ_ky Σ_kx Σ_m x[stride·i + phase + (ky − r)·dilation, stride·j + phase + (kx − r)·dilation, m·groups + g] · w[o, ky, kx, m]`
 *
 * with `r = (kernel − 1) / 2` and `x`, `w` −1 or +1: `n = taps · inChannels / groups − 2 · popcount(x xor w)`. A tap outside the map
 * counts as +1 where `border` is 1, and is left out (`taps` is smaller) where it is 0. `kernel` is odd.
 *
 * Two phases are a factorized convolution: even channels see windows centred on pixels `(2i, 2j)`, odd ones on `(2i + 1, 2j + 1)`,
 * which may lie outside the map of odd size.
 *
 * What becomes of `n` says `result`.
 */
export interface BinaryConvolution {
  readonly step: "binary_conv";
  readonly name: string;
  /** A slot of bits with the same `groups`. */
  readonly input: SlotId;
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly dilation: number;
  readonly groups: number;
  readonly border: 0 | 1;
  readonly phases: 1 | 2;
  readonly outChannels: number;
  /**
   * `[outChannels, kernel, kernel, wordsPerGroup]`, flat: for each output channel, for each tap (`ky` before `kx`), the words of the
   * `inChannels / groups` inputs it reads, as in a slot of bits: member `m` is bit `m mod 32` of word `floor(m / 32)`; bit 0 is +1,
   * bit 1 is −1; bits without a channel are 0.
   */
  readonly weights: Uint32Array;
  readonly result: RealResult | BitsResult;
}

/** `n`, as float32 (exact), through an {@link Epilogue} into a real slot. */
export interface RealResult {
  readonly kind: "real";
  readonly output: SlotId;
  readonly epilogue: Epilogue;
}

/** `n` compared with integers, once for every layer that takes the sign of it: nothing real is computed. */
export interface BitsResult {
  readonly kind: "bits";
  readonly outputs: readonly IntegerThresholds[];
}

/** The bit is 1 (−1) exactly where `flips[c] · n < limits[c]`. A limit of −2³¹: never. One of 2³¹ − 1: always. */
export interface IntegerThresholds {
  /** A slot of bits; its `groups` say how they lie. */
  readonly output: SlotId;
  readonly limits: Int32Array;
  /** −1 or +1. */
  readonly flips: Int8Array;
}

/**
 * Signs of a real map. The bit of channel `c` is 1 (−1) exactly where `flips[c] · x < limits[c]`: what batch norm, learnt shifts
 * and monotone activations in front of the sign come to. A limit of −Infinity: never; +Infinity: always.
 */
export interface Binarize {
  readonly step: "binarize";
  readonly name: string;
  readonly input: SlotId;
  /** A slot of bits; its `groups` say how they lie. */
  readonly output: SlotId;
  readonly limits: Float32Array;
  /** −1 or +1. */
  readonly flips: Int8Array;
}

/**
 * Largest or mean value of the pixels of a window that lie inside the map; every window holds one at least. The mean is the sum
 * from 0 in the order of rows, then columns, divided by the number of pixels inside. With 2 `copies` channel `c` of the result
 * goes to channels `2c` and `2c + 1`. Then {@link Epilogue}, on the copied channels.
 */
export interface Pool extends Window {
  readonly step: "pool";
  readonly name: string;
  readonly input: SlotId;
  readonly output: SlotId;
  readonly of: "max" | "mean";
  readonly copies: 1 | 2;
  readonly epilogue: Epilogue;
}

/** A real map through an {@link Epilogue}. With 2 `copies` channel `c` goes to `2c` and `2c + 1` first. */
export interface Pointwise {
  readonly step: "pointwise";
  readonly name: string;
  readonly input: SlotId;
  readonly output: SlotId;
  readonly copies: 1 | 2;
  readonly epilogue: Epilogue;
}

/**
 * A map of `nodes` equal parts side by side with another number of channels: of each part the leading channels that both have, the
 * rest 0. With `from = in / nodes` and `to = out / nodes`: output channel `p·to + k` is input channel `p·from + k` where
 * `k < from`, else 0. Then {@link Epilogue}.
 */
export interface Match {
  readonly step: "match";
  readonly name: string;
  readonly input: SlotId;
  readonly output: SlotId;
  readonly nodes: number;
  readonly epilogue: Epilogue;
}

/** Real maps of one size side by side, in order. */
export interface Concat {
  readonly step: "concat";
  readonly name: string;
  readonly inputs: readonly SlotId[];
  readonly output: SlotId;
}

/** Mean over the pixels: the sum from 0 in the order of rows, then columns, divided by their number. Output `[1, 1, channels]`. */
export interface GlobalPool {
  readonly step: "global_pool";
  readonly name: string;
  readonly input: SlotId;
  readonly output: SlotId;
}

/**
 * `y[o] = (Σ_f x[f] · weights[f, o]) + bias[o]` over the flat input map, summed from 0 in the order of `f`; the bias last. Output
 * `[1, 1, outputs]`.
 */
export interface Dense {
  readonly step: "dense";
  readonly name: string;
  readonly input: SlotId;
  readonly output: SlotId;
  /** `[features, outputs]`, flat. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** A real map of zeros: a node that nothing enters. */
export interface Zeros {
  readonly step: "zeros";
  readonly name: string;
  readonly output: SlotId;
}

/**
 * What is done to every value before it is written, in this order; what is null is left out:
 *
 * 1. `v = v · scale[c]`
 * 2. `v = v + offset[c]`
 * 3. `v = v + residual` (the same place of that slot)
 * 4. the activation
 * 5. `v = v + plus` (the same place of that slot)
 *
 * Channels are those of the output.
 */
export interface Epilogue {
  readonly scale: Float32Array | null;
  readonly offset: Float32Array | null;
  readonly residual: SlotId | null;
  readonly activation: Activation | null;
  readonly plus: SlotId | null;
}

/**
 * - "relu": `v > 0 ? v : 0`
 * - "hardtanh": `min(max(v, −1), 1)`
 * - "rprelu": `u = v + inputShift[c]`; `u = u > 0 ? u : u · slope[c]`; `u + outputShift[c]`
 * - "prelu": `v > 0 ? v : v · slope[c]`
 */
export type Activation =
  | { readonly kind: "relu" }
  | { readonly kind: "hardtanh" }
  | { readonly kind: "prelu"; readonly slope: Float32Array }
  | {
      readonly kind: "rprelu";
      readonly inputShift: Float32Array;
      readonly slope: Float32Array;
      readonly outputShift: Float32Array;
    };

/** Something that runs a {@link Program}. */
export interface PackedEngine {
  /** E.g. "reference", "wasm". */
  readonly name: string;
  readonly program: Program;
  /**
   * The logits of some images.
   * @param images normalised, `[count, imageSize, imageSize, imageChannels]`, flat.
   * @returns `[count, classes]`, flat; the caller's own.
   * @throws ShapeError if the array has another length; DataError for a value that is not a finite number.
   */
  run(images: Float32Array, count: number): Promise<Float32Array>;
  /** Frees what the engine holds (memory, threads). It cannot run after it. */
  dispose(): void;
}

/** The epilogue that does nothing. */
export const noEpilogue: Epilogue = Object.freeze({
  scale: null,
  offset: null,
  residual: null,
  activation: null,
  plus: null,
});

/** Words of one group of a pixel of bits: `ceil(channels / groups / 32)`. */
export function wordsPerGroup(channels: number, groups: number): number {
  return Math.ceil(channels / groups / 32);
}

/** Length of a slot's array for one image: float32 values of a real slot, 32-bit words of a slot of bits. */
export function slotLength({ kind, height, width, channels, groups }: Slot): number {
  return height * width * (kind === "real" ? channels : groups * wordsPerGroup(channels, groups));
}

/** The slots a step reads, each once. */
export function inputsOf(step: Step): SlotId[] {
  const inputs = step.step === "zeros" ? [] : step.step === "concat" ? step.inputs : [step.input];
  const epilogue = epilogueOf(step);
  const added = [epilogue?.residual ?? null, epilogue?.plus ?? null].filter((slot) => slot !== null);
  return [...new Set([...inputs, ...added])];
}

/** The slots a step writes. */
export function outputsOf(step: Step): SlotId[] {
  if (step.step !== "binary_conv") return [step.output];
  const { result } = step;
  return result.kind === "real" ? [result.output] : result.outputs.map(({ output }) => output);
}

/** A step's epilogue; null for those that have none. */
export function epilogueOf(step: Step): Epilogue | null {
  if (step.step === "binary_conv") return step.result.kind === "real" ? step.result.epilogue : null;
  return "epilogue" in step ? step.epilogue : null;
}
