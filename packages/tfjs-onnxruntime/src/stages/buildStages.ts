import type { LazyType, LazyValue } from "../lazyGraph";
import type { GraphPlan } from "../planGraph";
import { type Code, type Local, WasmType } from "./code";
import { type Context, writeWhere } from "./context";
import { emitPass } from "./emitPass";
import type { ArrayMemory } from "./expression";
import { Unsupported } from "./lowering";
import { lowerPlan } from "./lowerPlan";
import { type Caller, PassMemories } from "./passMemories";
import { place } from "./place";
import { readParts } from "./readParts";
import type { Sequence, Step } from "./schedule";
import { WasmModule } from "./wasmModule";

/** A plan as a WebAssembly module: how it is fed and run. Plain data. */
export interface StagedProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of 64 KiB. */
  readonly pages: number;
  /** Where each leaf's numbers go, as floats. */
  readonly leaves: readonly number[];
  /** Where each result is, as floats, and how many there are. */
  readonly results: readonly { readonly address: number; readonly length: number; readonly type: LazyType }[];
  /** Names of the module's functions in the order in which they are called, and what with. */
  readonly calls: readonly { readonly name: string; readonly images: boolean }[];
  /** What native code computes, one record behind the other as `native/operations.h` reads them. */
  readonly operations: Int32Array;
  /** Of each thread, and the number of images. */
  readonly firstImages: readonly number[];
  /** Where the first thread's own memory begins, and how much each has. */
  readonly own: number;
  readonly ownBytes: number;
}

/** The most memory a program may take, in bytes. */
const mostBytes = 2 ** 31;

/**
 * The plan as stages, or why it has none.
 * @param threads that share the images of a step.
 */
export function buildStages(plan: GraphPlan, threads: number): StagedProgram | string {
  try {
    return build(plan, threads);
  } catch (cause) {
    if (cause instanceof Unsupported) return cause.message;
    throw cause;
  }
}

function build(plan: GraphPlan, threads: number): StagedProgram {
  const { lowering, leaves, results } = lowerPlan(plan, threads);
  lowering.read = readParts(lowering.stages);
  const layout = place(lowering);
  if (layout.bytes > mostBytes) throw new Unsupported("it takes too much memory");
  const module = new WasmModule();
  const calls: { name: string; images: boolean }[] = [];
  const count = Math.max(lowering.globals.length, lowering.stages.length);
  for (let k = 0; k < count; k++) {
    const [before, stage] = [lowering.globals[k], lowering.stages[k]];
    if (before && before.steps.length > 0) {
      writeGlobals(module, before, `before${k}`);
      calls.push({ name: `before${k}`, images: false });
    }
    if (stage && stage.steps.length > 0) {
      writeStage(module, stage, lowering.zeroed.get(k) ?? [], `stage${k}`);
      calls.push({ name: `stage${k}`, images: true });
    }
  }
  const pages = Math.ceil(layout.bytes / 65536);
  return {
    bytes: module.encode(pages),
    pages,
    leaves: plan.leaves.map((leaf) => leafAddress(leaves.get(leaf))),
    results: plan.results.map((value: LazyValue, i) => {
      const array = results[i] as (typeof results)[number];
      return { address: array.address + (array.own ? layout.own : 0), length: value.size, type: value.dtype };
    }),
    calls,
    operations: Int32Array.from(module.operations),
    firstImages: Array.from({ length: lowering.threads + 1 }, (_, thread) => lowering.firstImage(thread)),
    own: layout.own,
    ownBytes: layout.ownBytes,
  };
}

function leafAddress(
  value: ReturnType<typeof lowerPlan>["leaves"] extends ReadonlyMap<LazyValue, infer V>
    ? V | undefined
    : never,
): number {
  if (value?.kind === "array") return value.array.address;
  if (value?.kind === "image") return value.value.view?.memory.address as number;
  throw new Error("stages: a leaf has no place.");
}

function writeGlobals(module: WasmModule, { steps }: Sequence, name: string): void {
  const passes = passCalls(module, steps);
  module.add(
    [WasmType.i32],
    (code) => {
      const [own, image] = [code.parameter(0), code.local()];
      writeSteps(module, code, steps, passes, { image, first: image, own });
    },
    name,
  );
}

function writeStage(
  module: WasmModule,
  { steps }: Sequence,
  zeroed: readonly { readonly array: ArrayMemory; readonly context: Context }[],
  name: string,
): void {
  const passes = passCalls(module, steps);
  // Functions are called with the first image, the one after the last, and the thread's own memory.
  module.add(
    [WasmType.i32, WasmType.i32, WasmType.i32],
    (code) => {
      const [first, end, own] = [0, 1, 2].map((i) => code.parameter(i)) as [Local, Local, Local];
      const image = code.local();
      for (const { array, context } of zeroed)
        writeWhere(code, context, () => {
          // memory.fill
          code
            .get(own)
            .plus(array.address)
            .int(0)
            .int(array.length * 4)
            .raw(0xfc, 0x0b, 0x00);
        });
      code.get(first).set(image);
      code.until(image, end, () => writeSteps(module, code, steps, passes, { image, first, own }));
    },
    name,
  );
}

interface PassCall {
  readonly index: number;
  readonly memories: PassMemories;
}

function passCalls(module: WasmModule, steps: Sequence["steps"]): (PassCall | undefined)[] {
  return steps.map((step) => {
    if (step.kind === "task") return undefined;
    const { domain, roots } = step;
    const memories = new PassMemories(domain, roots);
    const write = (code: Code) => emitPass(code, domain, roots, memories);
    return { index: module.shared(memories.key, memories.used.length, write), memories };
  });
}

function writeSteps(
  module: WasmModule,
  code: Code,
  steps: Sequence["steps"],
  passes: readonly (PassCall | undefined)[],
  caller: Caller,
): void {
  const { image, own } = caller;
  for (let i = 0; i < steps.length; ) {
    const { context } = steps[i] as Step;
    const start = i;
    while (steps[i]?.context === context) i++;
    writeWhere(code, context, () => {
      for (let at = start; at < i; at++) {
        const pass = passes[at];
        const step = steps[at] as Step;
        pass?.memories.push(code, caller);
        if (pass) code.call(pass.index);
        if (step.kind === "task") step.emit({ module, code, image, own });
      }
    });
  }
}
