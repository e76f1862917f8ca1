import { type Code, type Local, WasmType } from "./code";
import { emitOperation, typeOf } from "./emitOperation";
import type { Domain, Expression } from "./expression";
import type { Memories } from "./passMemories";
import type { Root } from "./root";

/** Writes the function that goes over a domain once and computes all roots. Its parameters are the addresses of the memories. */
export function emitPass(code: Code, domain: Domain, roots: readonly Root[], memories: Memories): void {
  new PassWriter(code, domain, roots, memories).write();
}

/** A walk over memory, and how far its steps go. */
interface Walk {
  readonly pointer: Local;
  readonly pixelStep: number;
  readonly rowStep: number;
}

class PassWriter {
  readonly #walks = new Map<number, Walk>();
  readonly #leaves: readonly Expression[];
  readonly #uses = new Map<Expression, number>();
  /** Operations that give the same at all pixels. */
  readonly #steady: readonly Expression[];

  constructor(
    private readonly code: Code,
    private readonly domain: Domain,
    private readonly roots: readonly Root[],
    private readonly memories: Memories,
  ) {
    const leaves = new Set<Expression>();
    const visit = (one: Expression) => {
      const before = this.#uses.get(one) ?? 0;
      this.#uses.set(one, before + 1);
      if (before > 0) return;
      if (one.args.length === 0) leaves.add(one);
      for (const arg of one.args) visit(arg);
    };
    for (const { value } of roots) visit(value);
    this.#leaves = [...leaves];
    // Each after those in it.
    this.#steady = [...this.#uses.keys()]
      .filter(({ args, steady }) => args.length > 0 && steady)
      .sort((a, b) => a.id - b.id);
  }

  write(): void {
    const { rows, columns, channels } = this.domain;
    const perChannel =
      this.roots.some(({ kind }) => kind === "sum" || kind === "mean") ||
      this.#leaves.some(({ op }) => op === "channel" || op === "imageChannel");
    const views = [
      ...this.#leaves.flatMap(({ view }) => (view ? [view] : [])),
      ...this.roots.flatMap((root) => (root.kind === "image" ? [root.target] : [])),
    ];
    const compact = views.every(({ pixelStep }) => pixelStep === channels);
    const dense = views.every(({ rowStep }) => rowStep === columns * channels) && compact;
    if (perChannel || !compact) this.#byChannels(dense);
    else if (dense) this.#flat(1, rows * columns * channels);
    else this.#flat(rows, columns * channels);
  }

  /** Rows of numbers without regard to channels. */
  #flat(rows: number, length: number): void {
    const { code } = this;
    const constants = this.#hoisted([]);
    this.#startWalks(0);
    const heavy = this.roots.reduce((sum, { value }) => sum + value.size, 0);
    const unroll = heavy > 24 ? 1 : heavy > 12 ? 2 : 4;
    const row = () => {
      const vectors = Math.floor(length / 4);
      const blocks = Math.floor(vectors / unroll);
      const step = (count: number, width: number, four: boolean) => {
        for (let u = 0; u < count; u++) this.#body(four, u * width, constants, undefined);
        for (const { pointer } of this.#walks.values()) code.advance(pointer, count * width);
      };
      if (blocks > 0) code.loop(blocks, 1, () => step(unroll, 16, true));
      if (vectors % unroll > 0) step(vectors % unroll, 16, true);
      if (length % 4 > 0) step(length % 4, 4, false);
    };
    if (rows === 1) row();
    else
      code.loop(rows, 1, () => {
        row();
        for (const { pointer, rowStep } of this.#walks.values())
          code.advance(pointer, (rowStep - length) * 4);
      });
  }

  /** Some channels after the others, each over all pixels. */
  #byChannels(dense: boolean): void {
    const { code } = this;
    const { channels } = this.domain;
    const vectors = Math.floor(channels / 4);
    // What each pixel needs is at hand all the time.
    const needed = [
      ...this.#uses.keys(),
      ...this.roots.map(({ value }) => ({ steady: false, args: [value] })),
    ];
    const lists = new Set(
      needed.flatMap(({ steady, args }) =>
        steady ? [] : args.filter((arg) => arg.steady && arg.op !== "number"),
      ),
    ).size;
    const sums = this.roots.filter(({ kind }) => kind === "sum" || kind === "mean").length;
    const fit = Math.floor(10 / Math.max(1, lists + sums));
    const block = Math.max(1, Math.min(4, fit >= 4 ? 4 : fit >= 2 ? 2 : 1));
    const offset = code.local();
    const blocks = Math.floor(vectors / block);
    if (blocks > 0) {
      code.int(0).set(offset);
      code.repeat(offset, blocks * block * 16, block * 16, () =>
        this.#channelBlock(dense, offset, block, true),
      );
    }
    const rest: [number, boolean][] = [];
    if (vectors % block > 0) rest.push([vectors % block, true]);
    if (channels % 4 > 0) rest.push([channels % 4, false]);
    let done = blocks * block * 16;
    for (const [count, four] of rest) {
      code.int(done).set(offset);
      this.#channelBlock(dense, offset, count, four);
      done += count * (four ? 16 : 4);
    }
  }

  #channelBlock(dense: boolean, offset: Local, count: number, four: boolean): void {
    const { code } = this;
    const { rows, columns } = this.domain;
    const width = four ? 16 : 4;
    const type = four ? WasmType.v128 : WasmType.f32;
    const places = Array.from({ length: count }, (_, b) => b * width);
    const hoisted = places.map((place) => this.#hoisted([offset, place, four]));
    const sums = this.roots.map(({ kind }) =>
      kind === "sum" || kind === "mean" ? places.map(() => code.local(type)) : undefined,
    );
    for (const list of sums) {
      for (const sum of list ?? []) (four ? code.floats(0) : code.float(0)).set(sum);
    }
    this.#startWalks(offset);
    const pixels = (length: number) => {
      code.loop(length, 1, () => {
        for (const [b, place] of places.entries())
          this.#body(four, place, hoisted[b] as Hoisted, (root) => sums[root]?.[b]);
        for (const { pointer, pixelStep } of this.#walks.values()) code.advance(pointer, pixelStep * 4);
      });
    };
    if (dense) pixels(rows * columns);
    else
      code.loop(rows, 1, () => {
        pixels(columns);
        for (const { pointer, pixelStep, rowStep } of this.#walks.values())
          code.advance(pointer, (rowStep - columns * pixelStep) * 4);
      });
    this.roots.forEach((root, r) => {
      if (root.kind !== "sum" && root.kind !== "mean") return;
      places.forEach((place, b) => {
        const sum = (sums[r] as readonly Local[])[b] as Local;
        const at = () =>
          code
            .get(this.#address(this.memories.ofTarget(root)))
            .get(offset)
            .addInt();
        at();
        code.get(sum);
        if (root.kind === "mean") {
          const share = 1 / (rows * columns);
          (four ? code.floats(share) : code.float(share)).floatOp("mul", four);
        } else if (root.adds) {
          at();
          (four ? code.load(place) : code.loadFloat(place)).floatOp("add", four);
        }
        if (four) code.store(place);
        else code.storeFloat(place);
      });
    });
  }

  /** What does not change along a loop, in locals. With a channel: offset of the block, place in it, and whether four. */
  #hoisted(channel: readonly [] | readonly [Local, number, boolean]): Hoisted {
    const { code } = this;
    const found: Hoisted = new Map();
    const [offset, place = 0, given] = channel;
    // Rows of numbers are walked four at a time, and the rest of a row one by one.
    for (const four of given === undefined ? [true, false] : [given]) {
      for (const leaf of this.#leaves) {
        if (leaf.op === "load" || leaf.op === "array") continue;
        if (leaf.op === "number") continue;
        const local = code.local(four ? WasmType.v128 : WasmType.f32);
        code.get(this.#address(this.memories.ofLeaf(leaf)));
        if (leaf.op === "count") {
          code.raw(0xb2);
          if (four) code.splat();
        } else if (leaf.op === "scalar") {
          if (four) code.loadSplat();
          else code.loadFloat();
        } else {
          code.get(offset as Local).addInt();
          if (four) code.load(place);
          else code.loadFloat(place);
        }
        code.set(local);
        found.set(`${leaf.id}:${four}`, local);
      }
      for (const one of this.#steady) {
        const local = code.local(typeOf(one, four));
        const push = (arg: Expression): void => {
          const known = found.get(`${arg.id}:${four}`);
          if (known) code.get(known);
          else emitOperation(code, arg, four, push);
        };
        push(one);
        code.set(local);
        found.set(`${one.id}:${four}`, local);
      }
    }
    return found;
  }

  /** The parameter that has the address of a memory. */
  #address(number: number): Local {
    return this.code.parameter(number);
  }

  /** Pointers to where each memory begins, at some channels. */
  #startWalks(offset: Local | 0): void {
    const { columns, channels } = this.domain;
    const walk = (number: number, pixelStep: number, rowStep: number) => {
      const known = this.#walks.get(number);
      if (known && offset === 0) return;
      const pointer = known?.pointer ?? this.code.local();
      this.code.get(this.#address(number));
      if (offset !== 0) this.code.get(offset).addInt();
      this.code.set(pointer);
      this.#walks.set(number, { pointer, pixelStep, rowStep });
    };
    for (const leaf of this.#leaves) {
      if (leaf.view) walk(this.memories.ofLeaf(leaf), leaf.view.pixelStep, leaf.view.rowStep);
      if (leaf.op === "array") walk(this.memories.ofLeaf(leaf), channels, columns * channels);
    }
    for (const root of this.roots) {
      const number = this.memories.ofTarget(root);
      if (root.kind === "image") walk(number, root.target.pixelStep, root.target.rowStep);
      if (root.kind === "array") walk(number, channels, columns * channels);
    }
  }

  /** All roots at one place, `place` bytes after the pointers. */
  #body(
    four: boolean,
    place: number,
    hoisted: Hoisted,
    sumOf: ((root: number) => Local | undefined) | undefined,
  ): void {
    const { code } = this;
    const type = four ? WasmType.v128 : WasmType.f32;
    const known = new Map<Expression, Local>();
    const written = new Map<number, Local>();
    const push = (one: Expression): void => {
      const local = (one.view && written.get(this.memories.ofLeaf(one))) ?? known.get(one);
      if (local) {
        code.get(local);
        return;
      }
      this.#compute(one, four, place, hoisted, push);
      if ((this.#uses.get(one) ?? 0) < 2 || one.op === "number") return;
      const kept = code.local(typeOf(one, four));
      code.tee(kept);
      known.set(one, kept);
    };
    this.roots.forEach((root, r) => {
      if (root.kind === "sum" || root.kind === "mean") {
        const sum = sumOf?.(r) as Local;
        code.get(sum);
        push(root.value);
        code.floatOp("add", four).set(sum);
        return;
      }
      const key = this.memories.ofTarget(root);
      code.get((this.#walks.get(key) as Walk).pointer);
      push(root.value);
      // What a later root reads of it is at hand.
      if (this.#leaves.some((leaf) => leaf.view && this.memories.ofLeaf(leaf) === key)) {
        const kept = code.local(type);
        code.tee(kept);
        written.set(key, kept);
      }
      if (four) code.store(place);
      else code.storeFloat(place);
      // What was computed of what was there before is not that of what is there now.
      for (const one of known.keys()) if (this.#readsFrom(one, key)) known.delete(one);
    });
  }

  #readsFrom(one: Expression, memory: number): boolean {
    if (one.args.length === 0) return one.op !== "number" && this.memories.ofLeaf(one) === memory;
    return one.args.some((arg) => this.#readsFrom(arg, memory));
  }

  #compute(
    one: Expression,
    four: boolean,
    place: number,
    hoisted: Hoisted,
    push: (one: Expression) => void,
  ): void {
    const { code } = this;
    const { op } = one;
    if (op === "load" || op === "array") {
      code.get((this.#walks.get(this.memories.ofLeaf(one)) as Walk).pointer);
      if (four) code.load(place);
      else code.loadFloat(place);
      return;
    }
    const ready = hoisted.get(`${one.id}:${four}`);
    if (ready) {
      code.get(ready);
      return;
    }
    emitOperation(code, one, four, push);
  }
}

type Hoisted = Map<string, Local>;
