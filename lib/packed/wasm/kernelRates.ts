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

/**
 * Measures once a process, in some 60 ms.
 * @param milliseconds of each kernel: measures anew, for so long. The shortest of all calls counts, which others on the machine
 * disturb least.
 */
export function kernelRates(milliseconds?: number): Promise<KernelRates> {
  if (milliseconds !== undefined) return measure(milliseconds);
  measured ??= measure(15);
  return measured;
}

async function measure(milliseconds: number): Promise<KernelRates> {
  const program = sample();
  const { module } = await kernelModule(false);
  const calls = binaryKernels.map((kernel) => {
    const { constants, list, arenaBytes, scratchBytes } = layoutProgram(program, kernel, false);
    const arena = Math.ceil(constants.end / 4096) * 4096;
    const memory = newMemory(arena + arenaBytes + scratchBytes, false);
    writeTable(memory);
    new Uint8Array(memory.buffer).set(constants.contents(), HEAP);
    const kernels = instantiate(module, memory);
    return () => kernels.run(list, 1, arena, arena + arenaBytes);
  });
  const turns = 2000;
  const kernels = instantiate(module, newMemory(HEAP, false));
  const seconds = shortest(milliseconds, [...calls, () => void kernels.countRate(turns, 0x123456789abcdefn)]);
  const bits = 16 * 16 * 64 * 9 * 64;
  const [lookup, i64, i8x16, counting] = seconds as [number, number, number, number];
  const products = { lookup: bits / lookup, i64: bits / i64, i8x16: bits / i8x16 };
  const fastest = binaryKernels.reduce((a, b) => (products[b] > products[a] ? b : a));
  return { products, popcountRoofline: (turns * 16 * 64) / counting, fastest };
}

/**
 * Shortest time of each call, in seconds, by turns: code is optimized beside the thread that runs it, and time passes for all of them.
 * What is measured before that is never the shortest.
 */
function shortest(milliseconds: number, calls: readonly (() => void)[]): number[] {
  const times = calls.map(() => Number.POSITIVE_INFINITY);
  const end = performance.now() + milliseconds * calls.length;
  do {
    calls.forEach((call, i) => {
      const start = performance.now();
      call();
      times[i] = Math.min(times[i] as number, performance.now() - start);
    });
  } while (performance.now() < end);
  return times.map((time) => time / 1000);
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
