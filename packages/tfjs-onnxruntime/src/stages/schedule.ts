import type { Code, Local } from "./code";
import type { Context } from "./context";
import type { ArrayMemory, Domain, Expression, ImageMemory, View } from "./expression";
import type { Root } from "./root";
import type { WasmModule } from "./wasmModule";

/** Where a step is written: its function, the image's number, and the address of the thread's own memory. */
export interface Place {
  readonly module: WasmModule;
  readonly code: Code;
  readonly image: Local;
  readonly own: Local;
}

/** Something other than a pass. */
export interface Task {
  readonly kind: "task";
  readonly context: Context;
  readonly reads: readonly (ImageMemory | ArrayMemory)[];
  readonly writes: readonly (ImageMemory | ArrayMemory)[];
  emit(place: Place): void;
}

export interface Pass {
  readonly kind: "pass";
  readonly context: Context;
  readonly domain: Domain;
  readonly roots: Root[];
}

export type Step = Task | Pass;

/** What is computed one after the other: for each image of a stage, or once before it. */
export class Sequence {
  readonly steps: Step[] = [];
  /** The step that wrote each memory last. */
  readonly #writers = new Map<ImageMemory | ArrayMemory, number>();
  /** The last step that reads each. */
  readonly #readers = new Map<ImageMemory | ArrayMemory, number>();

  /** @param current where what is added next is computed. */
  constructor(private readonly current: () => Context) {}

  task(task: Omit<Task, "kind" | "context">, context = this.current()): void {
    this.steps.push({ kind: "task", context, ...task });
    for (const memory of task.writes) this.#writers.set(memory, this.steps.length - 1);
    for (const memory of task.reads) this.#readers.set(memory, this.steps.length - 1);
  }

  /** Adds a root to the first pass over its domain at which all it reads is there, or to a new one. */
  root(domain: Domain, root: Root, context = this.current()): void {
    const first = this.#earliest(root, context);
    let at = this.steps.findIndex(
      (step, i) =>
        i >= first &&
        step.kind === "pass" &&
        step.context === context &&
        sameDomain(step.domain, domain) &&
        step.roots.length < 8,
    );
    if (at < 0) at = this.steps.push({ kind: "pass", context, domain, roots: [] }) - 1;
    (this.steps[at] as Pass).roots.push(root);
    const target = targetOf(root);
    this.#writers.set(target, Math.max(at, this.#writers.get(target) ?? 0));
    for (const memory of memoryOf(root.value))
      this.#readers.set(memory, Math.max(at, this.#readers.get(memory) ?? 0));
  }

  #earliest(root: Root, { conditions }: Context): number {
    let first = 0;
    const after = (memory: ImageMemory | ArrayMemory, aligned: (other: Root) => boolean) => {
      const writer = this.#writers.get(memory);
      if (writer === undefined) return;
      const step = this.steps[writer] as Step;
      const inside =
        step.kind === "pass" && step.roots.every((other) => targetOf(other) !== memory || aligned(other));
      first = Math.max(first, inside ? writer : writer + 1);
    };
    const visit = ({ op, view, array, args }: Expression) => {
      if (view) after(view.memory, (other) => other.kind === "image" && sameView(other.target, view));
      if (array) after(array, (other) => other.kind === "array" && op === "array");
      for (const arg of args) visit(arg);
    };
    visit(root.value);
    for (const { list } of conditions) after(list, () => false);
    // Other parts of the same image may be written before, at the same time, or after.
    after(targetOf(root), (other) => other.kind === "image");
    // What is there is read before it is written over.
    return Math.max(first, this.#readers.get(targetOf(root)) ?? 0);
  }
}

function sameDomain(a: Domain, b: Domain): boolean {
  return a.rows === b.rows && a.columns === b.columns && a.channels === b.channels;
}

function sameView(a: View, b: View): boolean {
  return a.origin === b.origin && a.pixelStep === b.pixelStep && a.rowStep === b.rowStep;
}

const targetOf = (root: Root): ImageMemory | ArrayMemory =>
  root.kind === "image" ? root.target.memory : root.target;

const memories = new WeakMap<Expression, ReadonlySet<ImageMemory | ArrayMemory>>();

/** All memory that an expression reads. */
function memoryOf(expression: Expression): ReadonlySet<ImageMemory | ArrayMemory> {
  const known = memories.get(expression);
  if (known) return known;
  const { view, array, args } = expression;
  const found = new Set<ImageMemory | ArrayMemory>();
  for (const arg of args) for (const memory of memoryOf(arg)) found.add(memory);
  if (view) found.add(view.memory);
  if (array) found.add(array);
  memories.set(expression, found);
  return found;
}

/** Memory that a step reads and writes. */
export function touched(step: Step): {
  reads: Set<ImageMemory | ArrayMemory>;
  writes: Set<ImageMemory | ArrayMemory>;
} {
  if (step.kind === "task") return { reads: new Set(step.reads), writes: new Set(step.writes) };
  return {
    reads: new Set(step.roots.flatMap(({ value }) => [...memoryOf(value)])),
    writes: new Set(step.roots.map(targetOf)),
  };
}
