import type { BinaryConvolution, RealConvolution } from "../program";
import { filtersOf, lastBlockOfThree, lookupWeights, patchBytes, popcountWeights } from "./binaryWeights";
import type { BinaryKernel, DescribeContext } from "./describeContext";
import { describeFinish, describeIntegerFinish, type FinishSource } from "./describeFinish";
import * as at from "./fields";
import type { FusedStep } from "./fuseSteps";
import { type ScratchAreas, stripRows } from "./scratchAreas";
import { type PaddedImage, paddedBits, type Run, rowsOfThree, runsOf, segmentsOf, tapTable } from "./windows";

const kernels = { lookup: at.KERNEL_LOOKUP, i64: at.KERNEL_I64, i8x16: at.KERNEL_I8X16 };

/** Popcounts that sums of 16 bits hold. */
const mostLookedUp = 65535;

/** Convolutions side by side, so that each reads one group of channels at one phase. */
function partsOf({ groups, phases }: Pick<BinaryConvolution, "groups" | "phases">): number {
  return groups * phases;
}

/** The kernel a convolution runs on: the engine's, but for windows of more bits than looking up can sum. */
function kernelOf(conv: BinaryConvolution, inChannels: number, wanted: BinaryKernel): BinaryKernel {
  const bits = conv.kernel * conv.kernel * (inChannels / conv.groups);
  return wanted === "lookup" && bits > mostLookedUp ? "i64" : wanted;
}

export function describeBinaryConv(
  context: DescribeContext,
  scratch: ScratchAreas,
  { binarized, written }: FusedStep,
  conv: BinaryConvolution,
): number {
  const { constants } = context;
  const input = context.slot(conv.input);
  const place = context.place(conv.input);
  const { result } = conv;
  const outputs = result.kind === "real" ? [result.output] : result.outputs.map(({ output }) => output);
  const output = context.slot(outputs[0] ?? 0);
  const kernel = kernelOf(conv, input.channels, context.kernel);
  const looksUp = kernel === "lookup";
  const image = paddedBits(conv, input, output, place.pixelBytes * (looksUp ? 2 : 1));
  const parts = partsOf(conv);
  // Channels of every part in whole blocks of 16.
  const firsts: number[] = [];
  let channels = 0;
  for (let part = 0; part < parts; part++) {
    firsts.push(channels);
    channels += 16 * Math.ceil(filtersOf(conv, parts, part) / 16);
  }
  const sumsPixel = channels * (looksUp ? 2 : 4);
  const strip = stripRows(sumsPixel * output.width, output.height);
  const padded = scratch.add(image.rows * image.rowBytes);
  const sums = scratch.add((strip * output.width + 4) * sumsPixel);
  const ordered = parts > 1 ? scratch.add((output.width + 4) * sumsPixel) : 0;
  const patches = looksUp ? 0 : scratch.add(4 * patchBytes(conv, input.channels));
  const source: FinishSource = {
    kind: looksUp ? at.SOURCE_U16 : at.SOURCE_U32,
    pixelBytes: sumsPixel,
    taps: tapTable(conv, input, output),
  };
  const finish =
    result.kind === "real"
      ? describeFinish(context, scratch, source, { slot: result.output, written }, result.epilogue, binarized)
      : describeIntegerFinish(context, source, result);
  const list = constants.reserve(parts * at.PART_BYTES);
  for (let part = 0; part < parts; part++) {
    const runs = runsOf(conv, image, part);
    const segments = looksUp ? segmentsOf(runs) : plainSegments(runs);
    const weights = looksUp
      ? lookupWeights(conv, input.channels, parts, part)
      : popcountWeights(conv, input.channels, parts, part, kernel === "i64" ? 8 : 4);
    const address = constants.add(segments);
    const bytes = runs.reduce((sum, { length }) => sum + length, 0);
    const patch = patchBytes(conv, input.channels);
    const [low, high] = lastMask(bytes - (patch - 8));
    const fields: Record<number, number> = {
      [at.P_SEGMENTS]: address,
      [at.P_SEGMENTS_END]: address + segments.byteLength,
      [at.P_WEIGHTS]: constants.add(weights.bytes),
      [at.P_BLOCKS]: weights.blocks,
      [at.P_BLOCK_BYTES]: weights.blockBytes,
      [at.P_PATCH_BYTES]: patch,
      [at.P_LAST_LOW]: low,
      [at.P_LAST_HIGH]: high,
      [at.P_FIRST]: firsts[part] as number,
      ...(looksUp && weights.blocks % 2 === 1 ? describeThree(context, conv, image, parts, part) : {}),
    };
    for (const [field, value] of Object.entries(fields))
      constants.set(list + part * at.PART_BYTES, Number(field), value);
  }
  return constants.describe(at.CONV_BYTES, {
    [at.S_OP]: at.OP_BINARY_CONV,
    [at.S_ROWS]: output.height,
    [at.S_FINISH]: finish,
    [at.S_INPUT]: place.offset,
    [at.S_INPUT_ROW]: place.rowBytes,
    [at.S_INPUT_PIXEL]: place.pixelBytes,
    [at.S_INPUT_ROWS]: input.height,
    [at.S_COLS]: output.width,
    [at.S_SUMS]: sums,
    [at.S_SUMS_PIXEL]: sumsPixel,
    [at.S_STRIP]: strip,
    [at.S_CHANNELS]: conv.outChannels,
    [at.C_PADDED]: padded,
    [at.C_PADDED_ROW]: image.rowBytes,
    [at.C_PADDED_ROWS]: image.rows,
    [at.C_TOP]: image.border,
    [at.C_LEFT]: image.border * image.pixelBytes,
    [at.C_COPY]: place.rowBytes,
    [at.C_REACH]: image.reach,
    [at.C_STEP]: conv.stride * image.pixelBytes,
    [at.C_ROW_STEP]: conv.stride * image.rowBytes,
    [at.C_PARTS]: parts,
    [at.C_PART]: list,
    [at.C_KERNEL]: kernels[kernel],
    [at.C_PATCHES]: patches,
    [at.C_ORDERED]: ordered,
  });
}

/** What the kernel for three taps at a time needs, where a window has three. */
function describeThree(
  context: DescribeContext,
  conv: BinaryConvolution,
  image: PaddedImage,
  parts: number,
  part: number,
): Record<number, number> {
  const { constants } = context;
  const rows = rowsOfThree(conv, image, part);
  if (!rows) return {};
  const segments = segmentsOf(rows, 3);
  const address = constants.add(segments);
  return {
    [at.P_THREE_SEGMENTS]: address,
    [at.P_THREE_SEGMENTS_END]: address + segments.byteLength,
    [at.P_THREE_WEIGHTS]: constants.add(
      lastBlockOfThree(conv, context.slot(conv.input).channels, parts, part),
    ),
  };
}

export function describeRealConv(
  context: DescribeContext,
  scratch: ScratchAreas,
  { binarized, written }: FusedStep,
  conv: RealConvolution,
): number {
  const { constants } = context;
  const input = context.slot(conv.input);
  const place = context.place(conv.input);
  const output = context.slot(conv.output);
  const { kernel, stride, before } = conv;
  // A convolution of single pixels reads them where they are.
  const direct = kernel === 1 && before === 0;
  const pixelBytes = direct ? place.pixelBytes : 4 * input.channels;
  const columns = Math.max(stride * (output.width - 1) + kernel, before + input.width);
  const rowBytes = direct ? place.rowBytes : columns * pixelBytes;
  const rows = stride * (output.height - 1) + kernel;
  // Half a block for what is left, if it is not more.
  const left = output.channels % 16;
  const halved = left > 0 && left <= 8;
  const blocks = Math.ceil(output.channels / 16) - (halved ? 1 : 0);
  const sumsPixel = 64 * blocks + (halved ? 32 : 0);
  const strip = stripRows(sumsPixel * output.width, output.height);
  const padded = direct ? -1 : scratch.add(rows * rowBytes);
  const sums = scratch.add((strip * output.width + 4) * sumsPixel);
  const source = { kind: at.SOURCE_F32, pixelBytes: sumsPixel };
  const finish = describeFinish(
    context,
    scratch,
    source,
    { slot: conv.output, written },
    conv.epilogue,
    binarized,
  );
  const runs = Array.from({ length: kernel }, (_, ky) => ({
    offset: ky * rowBytes,
    length: kernel * input.channels * 4,
  }));
  const segments = plainSegments(runs);
  const address = constants.add(segments);
  const values = kernel * kernel * input.channels;
  const part = constants.describe(at.PART_BYTES, {
    [at.P_SEGMENTS]: address,
    [at.P_SEGMENTS_END]: address + segments.byteLength,
    [at.P_WEIGHTS]: constants.add(blocksOfWeights(conv.weights, values, output.channels, 0, blocks, 16)),
    [at.P_BLOCKS]: blocks,
    [at.P_BLOCK_BYTES]: 64 * values,
    [at.P_THREE_WEIGHTS]: halved
      ? constants.add(blocksOfWeights(conv.weights, values, output.channels, 16 * blocks, 1, 8))
      : 0,
  });
  return constants.describe(at.CONV_BYTES, {
    [at.S_OP]: at.OP_REAL_CONV,
    [at.S_ROWS]: output.height,
    [at.S_FINISH]: finish,
    [at.S_INPUT]: place.offset,
    [at.S_INPUT_ROW]: place.rowBytes,
    [at.S_INPUT_PIXEL]: place.pixelBytes,
    [at.S_INPUT_ROWS]: input.height,
    [at.S_COLS]: output.width,
    [at.S_SUMS]: sums,
    [at.S_SUMS_PIXEL]: sumsPixel,
    [at.S_STRIP]: strip,
    [at.S_CHANNELS]: output.channels,
    [at.C_PADDED]: padded,
    [at.C_PADDED_ROW]: rowBytes,
    [at.C_PADDED_ROWS]: rows,
    [at.C_TOP]: before,
    [at.C_LEFT]: before * pixelBytes,
    [at.C_COPY]: pixelBytes,
    [at.C_INPUT_COLS]: input.width,
    [at.C_REACH]: kernel,
    [at.C_STEP]: stride * pixelBytes,
    [at.C_ROW_STEP]: stride * rowBytes,
    [at.C_PART]: part,
  });
}

/** Runs that need no sums of bytes. */
function plainSegments(runs: readonly Run[]): Int32Array {
  return Int32Array.from(runs.flatMap(({ offset, length }) => [offset, length, 0]));
}

/** `[values, channels]` from a channel on as blocks of some channels, each `[values, size]`. */
function blocksOfWeights(
  weights: Float32Array,
  values: number,
  channels: number,
  first: number,
  blocks: number,
  size: number,
): Float32Array {
  const result = new Float32Array(blocks * values * size);
  for (let o = first; o < Math.min(channels, first + blocks * size); o++) {
    const block = Math.floor((o - first) / size) * values;
    for (let i = 0; i < values; i++)
      result[(block + i) * size + ((o - first) % size)] = weights[i * channels + o] as number;
  }
  return result;
}

/** Two halves of the mask of the lowest bytes of 64 bits. */
function lastMask(bytes: number): [number, number] {
  const half = (count: number) => (count >= 4 ? -1 : count <= 0 ? 0 : 2 ** (8 * count) - 1);
  return [half(bytes), half(bytes - 4)];
}
