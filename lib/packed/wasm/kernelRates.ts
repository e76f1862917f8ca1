import type { BinaryConvolution, Program, Slot } from "../program";
import { noEpilogue } from "../program";
import type { BinaryKernel } from "./describeContext";
import { HEAP } from "./fields";
import { instantiate, kernelModule } from "./kernelBinary";
import { layoutProgram } from "./layoutProgram";
import { newMemory, writeTable } from "./memory";

/** What the kernels of binary convolutions reach on this machine, measured. */
export interface KernelRates {
  /** 1-bit products a second, in a 3x3 convolution of 64 to 64 channels on 16x16 pixels, everything around it included. */
  readonly products: Readonly<Record<BinaryKernel, number>>;
  /** 1-bit products a second of scalar popcounts of words that are in registers: xor, popcount and addition, nothing loaded. */
  readonly popcountRoofline: number;
  readonly fastest: BinaryKernel;
}

export const binaryKernels: readonly BinaryKernel[] = ["lookup", "i64", "i8x16"];

let measured: Promise<KernelRates> | undefined;

/** Measures once a process, in some 30 ms. */
export function kernelRates(): Promise<KernelRates> {
  measured ??= measure(2);
  return measured;
}

/** @param milliseconds of each kernel; the best of many short windows counts, which others on the machine disturb least. */
export async function measure(milliseconds: number): Promise<KernelRates> {
  const program = sample();
  const { module } = await kernelModule(false);
  const bits = 16 * 16 * 64 * 9 * 64;
  const rate = (kernel: BinaryKernel) => {
    const { constants, list, arenaBytes, scratchBytes } = layoutProgram(program, kernel, false);
    const arena = Math.ceil(constants.end / 4096) * 4096;
    const memory = newMemory(arena + arenaBytes + scratchBytes, false);
    writeTable(memory);
    new Uint8Array(memory.buffer).set(constants.contents(), HEAP);
    const kernels = instantiate(module, memory);
    return bits / best(milliseconds, () => kernels.run(list, 1, arena, arena + arenaBytes, 0, 1, 0));
  };
  const products = { lookup: rate("lookup"), i64: rate("i64"), i8x16: rate("i8x16") };
  const turns = 2000;
  const kernels = instantiate(module, newMemory(HEAP, false));
  const popcountRoofline =
    (turns * 16 * 64) / best(milliseconds, () => void kernels.countRate(turns, 0x123456789abcdefn));
  const fastest = binaryKernels.reduce((a, b) => (products[b] > products[a] ? b : a));
  return { products, popcountRoofline, fastest };
}

/** Shortest time of one call, in seconds. The first calls, before the code is optimized, take part: they are never the shortest. */
function best(milliseconds: number, call: () => void): number {
  let shortest = Number.POSITIVE_INFINITY;
  // Code is optimized beside the thread that runs it: time has to pass, not calls.
  const end = performance.now() + 5 * milliseconds;
  do {
    const start = performance.now();
    call();
    shortest = Math.min(shortest, performance.now() - start);
  } while (performance.now() < end);
  return shortest / 1000;
}

function sample(): Program {
  const map: Omit<Slot, "name" | "kind"> = { height: 16, width: 16, channels: 64, groups: 1 };
  const conv: BinaryConvolution = {
    step: "binary_conv",
    name: "sample",
    input: 1,
    kernel: 3,
    stride: 1,
    dilation: 1,
    groups: 1,
    border: 1,
    phases: 1,
    outChannels: 64,
    weights: Uint32Array.from({ length: 64 * 9 * 2 }, (_, i) => Math.imul(i, 2654435761) >>> 0),
    result: { kind: "real", output: 2, epilogue: noEpilogue },
  };
  return {
    imageSize: 1,
    imageChannels: 1,
    classes: 64,
    slots: [
      { name: "image", kind: "real", height: 1, width: 1, channels: 1, groups: 1 },
      { name: "bits", kind: "bits", ...map },
      { name: "sums", kind: "real", ...map },
    ],
    steps: [conv],
    logits: 2,
  };
}
