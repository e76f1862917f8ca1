import type { Binarize, Epilogue, SlotId, Step } from "../program";
import { type Constants, padded } from "./constants";
import type { DescribeContext } from "./describeContext";
import * as at from "./fields";
import type { ScratchAreas } from "./scratchAreas";
import type { TapTable } from "./windows";

/** What a row of results is, before anything is done to it. */
export interface FinishSource {
  readonly kind: number;
  readonly pixelBytes: number;
  readonly taps?: TapTable;
}

/** One row of results through an epilogue, to a slot, to bits, or both. @returns the descriptor's address. */
export function describeFinish(
  context: DescribeContext,
  scratch: ScratchAreas,
  source: FinishSource,
  output: { readonly slot: SlotId; readonly written: boolean },
  epilogue: Epilogue,
  binarized: readonly Binarize[],
): number {
  const { constants, program } = context;
  const slot = context.slot(output.slot);
  const { channels, width } = slot;
  const pixelBytes = 16 * Math.ceil(channels / 4);
  const added = (id: SlotId | null) => (id === null ? null : context.place(id));
  const vector = (values: Float32Array | null) => (values ? constants.add(padded(values, 16, 0)) : 0);
  const [residual, plus] = [added(epilogue.residual), added(epilogue.plus)];
  const bits = binarized.map((sign) => {
    const { groups } = program.slots[sign.output] as (typeof program.slots)[number];
    const flipped = groups > 1 || sign.flips.some((flip) => flip !== 1);
    return {
      [at.B_LIMITS]: constants.add(padded(sign.limits, 16, Number.NEGATIVE_INFINITY)),
      [at.B_FLIPS]: flipped ? constants.add(padded(Float32Array.from(sign.flips), 16, 1)) : 0,
      [at.B_INTEGER]: 0,
      ...placeOfBits(context, sign.output),
    };
  });
  const { activation } = epilogue;
  const learnt = activation && "slope" in activation ? activation : null;
  const shifts = activation?.kind === "rprelu" ? activation : null;
  return constants.describe(at.FINISH_BYTES, {
    ...describeSource(constants, source, width, channels),
    [at.F_SCALE]: vector(epilogue.scale),
    [at.F_OFFSET]: vector(epilogue.offset),
    [at.F_RESIDUAL]: residual?.offset ?? -1,
    [at.F_RESIDUAL_PIXEL]: residual?.pixelBytes ?? 0,
    [at.F_ACTIVATION]: activation ? activations[activation.kind] : at.ACT_NONE,
    [at.F_SLOPE]: vector(learnt?.slope ?? null),
    [at.F_FIRST_SHIFT]: vector(shifts?.inputShift ?? null),
    [at.F_SECOND_SHIFT]: vector(shifts?.outputShift ?? null),
    [at.F_PLUS]: plus?.offset ?? -1,
    [at.F_PLUS_PIXEL]: plus?.pixelBytes ?? 0,
    [at.F_OUTPUT]: output.written ? context.place(output.slot).offset : -1,
    [at.F_OUTPUT_PIXEL]: pixelBytes,
    [at.F_ROW]: output.written ? 0 : scratch.add(width * pixelBytes),
    ...listOfBits(constants, bits),
  });
}

/** One row of sums to bits: {@link BitsResult}. */
export function describeIntegerFinish(
  context: DescribeContext,
  source: FinishSource,
  result: Extract<Extract<Step, { step: "binary_conv" }>["result"], { kind: "bits" }>,
): number {
  const { constants } = context;
  const bits = result.outputs.map(({ output, limits, flips }) => ({
    [at.B_LIMITS]: constants.add(paddedIntegers(limits, -(2 ** 31))),
    [at.B_FLIPS]: constants.add(paddedIntegers(Int32Array.from(flips), 1)),
    [at.B_INTEGER]: 1,
    ...placeOfBits(context, output),
  }));
  const { channels, width } = context.slot(result.outputs[0]?.output ?? 0);
  return constants.describe(at.FINISH_BYTES, {
    ...describeSource(constants, source, width, channels),
    [at.F_OUTPUT]: -1,
    ...listOfBits(constants, bits),
  });
}

const activations = {
  relu: at.ACT_RELU,
  hardtanh: at.ACT_HARDTANH,
  prelu: at.ACT_PRELU,
  rprelu: at.ACT_RPRELU,
};

function describeSource(constants: Constants, source: FinishSource, width: number, channels: number) {
  const { kind, pixelBytes, taps } = source;
  return {
    [at.F_SOURCE]: kind,
    [at.F_SOURCE_PIXEL]: pixelBytes,
    [at.F_WIDTH]: width,
    [at.F_VECTORS]: Math.ceil(channels / 4),
    [at.F_CHANNELS]: channels,
    [at.F_TAPS]: taps ? constants.add(taps.values) : 0,
    [at.F_TAPS_OF_ROW]: taps ? constants.add(taps.ofRow) : 0,
    [at.F_TAPS_OF_COLUMN]: taps ? constants.add(taps.ofColumn) : 0,
  };
}

function placeOfBits(context: DescribeContext, id: SlotId) {
  const { offset, pixelBytes } = context.place(id);
  const { groups } = context.slot(id);
  return {
    [at.B_OUTPUT]: offset,
    [at.B_PIXEL]: pixelBytes,
    [at.B_GROUPS]: groups,
    [at.B_GROUP_BYTES]: pixelBytes / groups,
  };
}

function listOfBits(constants: Constants, bits: readonly Readonly<Record<number, number>>[]) {
  const list = constants.reserve(Math.max(1, bits.length) * at.BITS_BYTES);
  bits.forEach((fields, i) => {
    for (const [field, value] of Object.entries(fields))
      constants.set(list + i * at.BITS_BYTES, Number(field), value);
  });
  return { [at.F_BITS]: list, [at.F_BITS_COUNT]: bits.length };
}

function paddedIntegers(values: Int32Array, filler: number): Int32Array {
  const result = new Int32Array(Math.ceil(values.length / 16) * 16).fill(filler);
  result.set(values);
  return result;
}
