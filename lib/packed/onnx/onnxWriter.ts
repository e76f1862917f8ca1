import type { OnnxAttribute, OnnxConstant, OnnxNode } from "tfjs-onnxruntime/onnx";

type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** Collects operators and constants; every value has a name of its own. */
export class OnnxWriter {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxConstant[] = [];
  readonly #taken = new Set<string>();
  readonly #shared = new Map<string, string>();

  /** One operator with one result, whose name is its own. */
  emit(op: string, name: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.fresh(name);
    this.nodes.push({ op, name: output, inputs, outputs: [output], attributes });
    return output;
  }

  /** A name that no value has yet. */
  fresh(name: string): string {
    let own = name;
    for (let i = 2; this.#taken.has(own); i++) own = `${name}_${i}`;
    this.#taken.add(own);
    return own;
  }

  floats(name: string, shape: readonly number[], values: Float32Array): string {
    const own = this.fresh(name);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
    this.constants.push({ name: own, type: "float32", shape, bytes });
    return own;
  }

  /** A number that several operators read. */
  scalar(value: number): string {
    return this.#once(`number ${value}`, () =>
      this.floats(value < 0 ? `minus_${-value}` : `number_${value}`, [], Float32Array.of(value)),
    );
  }

  /** Integers that several operators read. */
  integers(values: readonly number[]): string {
    return this.#once(`integers ${values.join()}`, () => {
      const name = this.fresh(
        values.length > 8 ? "order" : `integers_${values.join("_").replaceAll("-", "m")}`,
      );
      const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
      this.constants.push({ name, type: "int64", shape: [values.length], bytes });
      return name;
    });
  }

  #once(key: string, make: () => string): string {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#shared.set(key, made);
    return made;
  }
}
