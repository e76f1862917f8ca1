import {
  type Activation,
  type BinaryConvolution,
  type Epilogue,
  type Program,
  type Slot,
  type SlotId,
  type Step,
  slotLength,
} from "../../../lib/packed/program";
import { fold, normal, type RandomKey, uniform } from "../../../lib/random/randomKey";

/** Draws whole numbers and arrays from one key. */
export class Draws {
  #count = 0;
  readonly #key: RandomKey;

  constructor(key: RandomKey) {
    this.#key = key;
  }

  #next(): RandomKey {
    return fold(this.#key, this.#count++);
  }

  /** From `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor((uniform(this.#next(), 1)[0] as number) * (high - low + 1));
  }

  of<T>(values: readonly T[]): T {
    return values[this.whole(0, values.length - 1)] as T;
  }

  floats(count: number): Float32Array {
    return Float32Array.from(normal(this.#next(), count));
  }

  flips(count: number): Int8Array {
    return Int8Array.from(uniform(this.#next(), count), (u) => (u < 0.5 ? -1 : 1));
  }

  /** Words whose bits from `channels` on are 0, `[places, wordsPerGroup]`. */
  words(places: number, channels: number): Uint32Array {
    const each = Math.ceil(channels / 32);
    const drawn = uniform(this.#next(), places * each);
    return Uint32Array.from(drawn, (u, i) => {
      const left = channels - 32 * (i % each);
      return ((u * 2 ** 32) >>> 0) & (left >= 32 ? 0xffffffff : 2 ** left - 1);
    });
  }
}

/** A program built step by step, with random numbers wherever it needs some. */
export class ProgramBuilder {
  readonly slots: Slot[];
  readonly steps: Step[] = [];
  readonly draws: Draws;

  constructor(size: number, channels: number, draws: Draws) {
    this.slots = [{ name: "image", kind: "real", height: size, width: size, channels, groups: 1 }];
    this.draws = draws;
  }

  add(kind: Slot["kind"], height: number, width: number, channels: number, groups = 1): SlotId {
    this.slots.push({ name: `slot${this.slots.length}`, kind, height, width, channels, groups });
    return this.slots.length - 1;
  }

  slot(id: SlotId): Slot {
    return this.slots[id] as Slot;
  }

  epilogue(output: SlotId): Epilogue {
    const { draws } = this;
    const { channels } = this.slot(output);
    const maybe = <T>(make: () => T) => (draws.whole(0, 1) === 0 ? null : make());
    const alike = this.slots.flatMap((slot, id) =>
      id !== output && slot.kind === "real" && this.written(id) && this.sameShape(slot, this.slot(output))
        ? [id]
        : [],
    );
    const added = () => (alike.length > 0 ? maybe(() => draws.of(alike)) : null);
    return {
      scale: maybe(() => draws.floats(channels)),
      offset: maybe(() => draws.floats(channels)),
      residual: added(),
      activation: maybe(() => this.activation(channels)),
      plus: added(),
    };
  }

  written(id: SlotId): boolean {
    return (
      id === 0 ||
      this.steps.some((step) =>
        "output" in step
          ? step.output === id
          : "result" in step &&
            (step.result.kind === "real"
              ? step.result.output === id
              : step.result.outputs.some(({ output }) => output === id)),
      )
    );
  }

  sameShape(a: Slot, b: Slot): boolean {
    return a.height === b.height && a.width === b.width && a.channels === b.channels;
  }

  activation(channels: number): Activation {
    const { draws } = this;
    const kind = draws.of(["relu", "hardtanh", "prelu", "rprelu"] as const);
    if (kind === "prelu") return { kind, slope: draws.floats(channels) };
    if (kind !== "rprelu") return { kind };
    return {
      kind,
      inputShift: draws.floats(channels),
      slope: draws.floats(channels),
      outputShift: draws.floats(channels),
    };
  }

  binarize(input: SlotId, groups = 1): SlotId {
    const { height, width, channels } = this.slot(input);
    const output = this.add("bits", height, width, channels, groups);
    const limits = this.draws.floats(channels);
    if (channels > 2) limits[1] = Number.POSITIVE_INFINITY;
    if (channels > 3) limits[2] = Number.NEGATIVE_INFINITY;
    const plain = this.draws.whole(0, 1) === 0;
    const flips = plain ? new Int8Array(channels).fill(1) : this.draws.flips(channels);
    this.steps.push({ step: "binarize", name: `sign${output}`, input, output, limits, flips });
    return output;
  }

  binaryConv(
    input: SlotId,
    settings: Pick<BinaryConvolution, "kernel" | "stride" | "dilation" | "border" | "phases" | "outChannels">,
    result: "real" | "bits",
    outGroups: readonly number[] = [1],
  ): SlotId[] {
    const { height, width, channels, groups } = this.slot(input);
    const { kernel, stride, outChannels } = settings;
    const [h, w] = [Math.ceil(height / stride), Math.ceil(width / stride)];
    const weights = this.draws.words(outChannels * kernel * kernel, channels / groups);
    const name = `conv${this.slots.length}`;
    const base = { step: "binary_conv", name, input, groups, weights, ...settings } as const;
    if (result === "real") {
      const output = this.add("real", h, w, outChannels);
      this.steps.push({ ...base, result: { kind: "real", output, epilogue: this.epilogue(output) } });
      return [output];
    }
    const outputs = outGroups.map((of) => {
      const output = this.add("bits", h, w, outChannels, of);
      const limits = Int32Array.from(this.draws.floats(outChannels), (z) => Math.round(8 * z));
      if (outChannels > 2) limits.set([-(2 ** 31), 2 ** 31 - 1], 0);
      return { output, limits, flips: this.draws.flips(outChannels) };
    });
    this.steps.push({ ...base, result: { kind: "bits", outputs } });
    return outputs.map(({ output }) => output);
  }

  realConv(
    input: SlotId,
    settings: { kernel: number; stride: 1 | 2; before: number; outChannels: number },
  ): SlotId {
    const { height, width, channels } = this.slot(input);
    const { outChannels, ...window } = settings;
    const output = this.add(
      "real",
      Math.ceil(height / window.stride),
      Math.ceil(width / window.stride),
      outChannels,
    );
    const weights = this.draws.floats(window.kernel * window.kernel * channels * outChannels);
    this.steps.push({
      step: "real_conv",
      name: `real${output}`,
      input,
      output,
      weights,
      ...window,
      epilogue: this.epilogue(output),
    });
    return output;
  }

  pool(
    input: SlotId,
    settings: { kernel: number; stride: 1 | 2; before: number; of: "max" | "mean"; copies: 1 | 2 },
  ): SlotId {
    const { height, width, channels } = this.slot(input);
    const { stride, copies } = settings;
    const output = this.add("real", Math.ceil(height / stride), Math.ceil(width / stride), copies * channels);
    this.steps.push({
      step: "pool",
      name: `pool${output}`,
      input,
      output,
      ...settings,
      epilogue: this.epilogue(output),
    });
    return output;
  }

  pointwise(input: SlotId, copies: 1 | 2): SlotId {
    const { height, width, channels } = this.slot(input);
    const output = this.add("real", height, width, copies * channels);
    this.steps.push({
      step: "pointwise",
      name: `point${output}`,
      input,
      output,
      copies,
      epilogue: this.epilogue(output),
    });
    return output;
  }

  match(input: SlotId, nodes: number, channels: number): SlotId {
    const { height, width } = this.slot(input);
    const output = this.add("real", height, width, channels);
    this.steps.push({
      step: "match",
      name: `match${output}`,
      input,
      output,
      nodes,
      epilogue: this.epilogue(output),
    });
    return output;
  }

  concat(inputs: readonly SlotId[]): SlotId {
    const [first] = inputs.map((id) => this.slot(id)) as [Slot];
    const channels = inputs.reduce((sum, id) => sum + this.slot(id).channels, 0);
    const output = this.add("real", first.height, first.width, channels);
    this.steps.push({ step: "concat", name: `concat${output}`, inputs, output });
    return output;
  }

  zeros(like: SlotId): SlotId {
    const { height, width, channels } = this.slot(like);
    const output = this.add("real", height, width, channels);
    this.steps.push({ step: "zeros", name: `zeros${output}`, output });
    return output;
  }

  /** Global pool where asked for, and a classifier. */
  program(input: SlotId, classes: number, pooled: boolean): Program {
    let last = input;
    if (pooled) {
      last = this.add("real", 1, 1, this.slot(input).channels);
      this.steps.push({ step: "global_pool", name: "pool", input, output: last });
    }
    const features = slotLength(this.slot(last));
    const logits = this.add("real", 1, 1, classes);
    const weights = this.draws.floats(features * classes);
    this.steps.push({
      step: "dense",
      name: "head",
      input: last,
      output: logits,
      weights,
      bias: this.draws.floats(classes),
    });
    const image = this.slot(0);
    return {
      imageSize: image.height,
      imageChannels: image.channels,
      classes,
      slots: this.slots,
      steps: this.steps,
      logits,
    };
  }
}

/** A program of some ten random steps of all kinds. */
export function randomProgram(key: RandomKey): Program {
  const draws = new Draws(key);
  const size = draws.whole(1, 11);
  const builder = new ProgramBuilder(size, draws.whole(1, 5), draws);
  const channels = () => draws.of([1, 3, 4, 8, 12, 16, 17, 20, 31, 32, 33, 48, 64, 66, 80, 96]);
  let real = builder.realConv(0, {
    kernel: draws.of([1, 3, 5]),
    stride: draws.of([1, 2]),
    before: 0,
    outChannels: channels(),
  });
  for (let i = 0, steps = draws.whole(3, 9); i < steps; i++) real = grow(builder, real, channels);
  return builder.program(real, draws.whole(1, 11), draws.whole(0, 1) === 0);
}

function grow(builder: ProgramBuilder, real: SlotId, channels: () => number): SlotId {
  const { draws } = builder;
  const slot = builder.slot(real);
  const kernel = draws.of([1, 3, 5]);
  const stride = draws.of([1, 2] as const);
  const before = draws.whole(0, Math.min(kernel - 1, 1));
  const copies = slot.channels > 100 ? 1 : draws.of([1, 2] as const);
  switch (draws.whole(0, 10)) {
    case 0:
      return builder.realConv(real, { kernel, stride, before, outChannels: channels() });
    case 1:
      return builder.pool(real, {
        kernel: Math.max(kernel, stride),
        stride,
        before,
        of: draws.of(["max", "mean"]),
        copies,
      });
    case 2:
      return builder.pointwise(real, copies);
    case 3: {
      const nodes = slot.channels % 4 === 0 ? 4 : slot.channels % 3 === 0 ? 3 : 1;
      return builder.match(real, nodes, nodes * draws.whole(1, 9));
    }
    case 4:
      return builder.concat([real, builder.zeros(real), real]);
    default: {
      const groups = draws.of([1, 2, 3, 4].filter((of) => slot.channels % of === 0));
      const bits = builder.binarize(real, groups);
      const dilation = draws.whole(1, 2);
      const border = draws.of([0, 1] as const);
      const phases = draws.of([1, 2] as const);
      const settings = { kernel, stride, dilation, border, phases };
      const out = () => groups * phases * Math.ceil(channels() / groups);
      if (draws.whole(0, 2) > 0)
        return builder.binaryConv(bits, { ...settings, outChannels: out() }, "real")[0] as SlotId;
      const outChannels = out();
      const fits = [1, 2, 3, 4].filter((of) => outChannels % of === 0);
      const signs = builder.binaryConv(bits, { ...settings, outChannels }, "bits", [1, draws.of(fits)]);
      const next = { kernel: 3, stride: 1, dilation: 1, border, phases: 1 } as const;
      const each = signs.map((sign) => {
        const { groups: of } = builder.slot(sign);
        return builder.binaryConv(
          sign,
          { ...next, outChannels: of * Math.ceil(channels() / of) },
          "real",
        )[0] as SlotId;
      });
      return builder.concat(each);
    }
  }
}
