import type { Activation, Epilogue, IntegerThresholds, Program, Slot, SlotId, Step } from "../program";
import { slotLength, wordsPerGroup } from "../program";
import type { CKernel } from "./cKernels";
import type { CConstants } from "./cText";
import type { Arena } from "./planArena";

/** Writes the calls that a program's steps come to, and remembers the functions and constants they need. */
export class CSteps {
  readonly kernels = new Set<CKernel>();
  readonly #program: Program;
  readonly #constants: CConstants;
  readonly #prefix: string;
  readonly #arenas: Readonly<Record<Slot["kind"], Arena>>;

  constructor(
    program: Program,
    constants: CConstants,
    prefix: string,
    arenas: Readonly<Record<Slot["kind"], Arena>>,
  ) {
    this.#program = program;
    this.#constants = constants;
    this.#prefix = prefix;
    this.#arenas = arenas;
  }

  call(step: Step): string[] {
    const { floats, words } = {
      floats: (values: Float32Array | null) => this.#constants.floats(values),
      words: (values: Uint32Array) => this.#constants.words(values),
    };
    switch (step.step) {
      case "real_conv": {
        const { kernel, stride, before, weights, epilogue, output, input } = step;
        const [from, to] = [this.#slot(input), this.#slot(output)];
        const window = `${kernel}, ${stride}, ${before}, ${floats(weights)}`;
        return this.#ended(
          "real_conv",
          epilogue,
          `${this.#at(input)}, ${size(from)}, ${this.#at(output)}, ${size(to)}, ${window}`,
        );
      }
      case "binary_conv":
        return this.#binaryConv(step, words(step.weights));
      case "binarize": {
        const { input, output, limits, flips } = step;
        const { height, width, channels, groups } = this.#slot(output);
        const bits = `${groups}, ${wordsPerGroup(channels, groups)}`;
        return this.#plain(
          "binarize",
          `${this.#at(input)}, ${height * width}, ${channels}, ${this.#at(output)}, ${floats(limits)}, ${this.#constants.flips(flips)}, ${bits}`,
        );
      }
      case "pool": {
        const { input, output, of, kernel, stride, before, copies, epilogue } = step;
        const to = this.#slot(output);
        return this.#ended(
          "pool",
          epilogue,
          `${this.#at(input)}, ${size(this.#slot(input))}, ${this.#at(output)}, ${to.height}, ${to.width}, ${of === "max" ? 1 : 0}, ${kernel}, ${stride}, ${before}, ${copies}`,
        );
      }
      case "pointwise": {
        const { height, width, channels } = this.#slot(step.output);
        return this.#ended(
          "pointwise",
          step.epilogue,
          `${this.#at(step.input)}, ${height * width}, ${channels}, ${this.#at(step.output)}, ${step.copies}`,
        );
      }
      case "match": {
        const { input, output, nodes, epilogue } = step;
        const [from, to] = [this.#slot(input), this.#slot(output)];
        return this.#ended(
          "match",
          epilogue,
          `${this.#at(input)}, ${to.height * to.width}, ${nodes}, ${from.channels / nodes}, ${to.channels / nodes}, ${this.#at(output)}`,
        );
      }
      case "concat": {
        const to = this.#slot(step.output);
        let first = 0;
        return step.inputs.flatMap((input) => {
          const { channels } = this.#slot(input);
          const call = this.#plain(
            "concat",
            `${this.#at(input)}, ${to.height * to.width}, ${channels}, ${this.#at(step.output)}, ${first}, ${to.channels}`,
          );
          first += channels;
          return call;
        });
      }
      case "global_pool": {
        const { height, width, channels } = this.#slot(step.input);
        return this.#plain(
          "global_pool",
          `${this.#at(step.input)}, ${height * width}, ${channels}, ${this.#at(step.output)}`,
        );
      }
      case "dense": {
        const { input, output, weights, bias } = step;
        return this.#plain(
          "dense",
          `${this.#at(input)}, ${slotLength(this.#slot(input))}, ${this.#at(output)}, ${bias.length}, ${floats(weights)}, ${floats(bias)}`,
        );
      }
      case "zeros":
        return this.#plain("zeros", `${this.#at(step.output)}, ${slotLength(this.#slot(step.output))}`);
      default:
        return step satisfies never;
    }
  }

  #binaryConv(step: Extract<Step, { step: "binary_conv" }>, weights: string): string[] {
    const { input, kernel, stride, dilation, groups, border, phases, result } = step;
    const from = this.#slot(input);
    const outputs = result.kind === "real" ? [result.output] : result.outputs.map(({ output }) => output);
    const to = this.#slot(outputs[0] as SlotId);
    const fields = [size(from), size(to), kernel, stride, dilation, groups, border, phases];
    const conv = `const ${this.#prefix}_conv conv = { ${fields.join(", ")}, ${wordsPerGroup(from.channels, groups)} };`;
    const read = `&conv, ${this.#at(input)}, ${weights}`;
    if (result.kind === "real")
      return this.#ended("conv_real", result.epilogue, `${read}, ${this.#at(result.output)}`, [conv]);
    const each = ({ output, limits, flips }: IntegerThresholds) => {
      const own = this.#slot(output);
      const tables = `${this.#constants.integers(limits)}, ${this.#constants.flips(flips)}`;
      const bits = `${own.groups}, ${wordsPerGroup(own.channels, own.groups)}`;
      return this.#plain("conv_bits", `${read}, ${this.#at(output)}, ${tables}, ${bits}`);
    };
    return [`{ ${conv}`, ...result.outputs.flatMap(each).map((line) => `  ${line}`), "}"];
  }

  #plain(kernel: CKernel, args: string): string[] {
    this.kernels.add(kernel);
    return [`${this.#prefix}_${kernel}(${args});`];
  }

  /** A call whose values go through an end before they are written. */
  #ended(kernel: CKernel, epilogue: Epilogue, args: string, before: readonly string[] = []): string[] {
    const { scale, offset, residual, activation, plus } = epilogue;
    const slot = (id: SlotId | null) => (id === null ? "0" : this.#at(id));
    const [code, slope, input, output] = this.#activation(activation);
    const fields = [
      ...[this.#constants.floats(scale), this.#constants.floats(offset), slot(residual)],
      ...[code, slope, input, output, slot(plus)],
    ];
    return [
      ...before.map((line) => `{ ${line}`),
      `${before.length > 0 ? " " : "{"} const ${this.#prefix}_end end = { ${fields.join(", ")} };`,
      `  ${this.#plain(kernel, `${args}, &end`)[0]}`,
      "}",
    ];
  }

  /** Number of the activation, slope, input and output shift. */
  #activation(one: Activation | null): [number, string, string, string] {
    const none = "0";
    if (one === null) return [0, none, none, none];
    switch (one.kind) {
      case "relu":
        return [1, none, none, none];
      case "hardtanh":
        return [2, none, none, none];
      case "prelu":
        return [3, this.#constants.floats(one.slope), none, none];
      case "rprelu": {
        const parts = [one.slope, one.inputShift, one.outputShift].map((part) =>
          this.#constants.floats(part),
        );
        return [4, ...(parts as [string, string, string])];
      }
      default:
        return one satisfies never;
    }
  }

  #slot(id: SlotId): Slot {
    return this.#program.slots[id] as Slot;
  }

  /** Where a slot lies. */
  #at(id: SlotId): string {
    if (id === 0) return "image";
    if (id === this.#program.logits) return "logits";
    const { kind } = this.#slot(id);
    return `${kind === "real" ? "reals" : "bits"} + ${this.#arenas[kind].places.get(id) ?? 0}`;
  }
}

const size = ({ height, width, channels }: Slot): string => `${height}, ${width}, ${channels}`;
