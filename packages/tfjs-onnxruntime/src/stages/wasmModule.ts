import { Code, unsigned, WasmType } from "./code";

interface Defined {
  readonly parameters: readonly WasmType[];
  readonly code: Code;
  readonly exported: string | undefined;
}

/** Functions from outside: of a number of 64 bits or of two, one such; and `compute` of an operation's number and five addresses. */
const imported = ["exp", "log", "pow", "compute"] as const;

/** Collects functions, and writes them as a WebAssembly module that imports its memory and {@link imported}. */
export class WasmModule {
  readonly #functions: Defined[] = [];
  /** What is computed outside, as {@link StagedProgram.operations} lists it. */
  readonly operations: number[] = [];
  readonly #numbered = new Map<string, number>();
  readonly #shared = new Map<string, number>();

  /** The number of an operation that is computed outside, by what describes it. */
  operation(description: readonly number[]): number {
    const key = description.join();
    const known = this.#numbered.get(key);
    if (known !== undefined) return known;
    const number = this.#numbered.size;
    this.#numbered.set(key, number);
    append(this.operations, description);
    return number;
  }

  /** Index of a function from outside. */
  outside(name: (typeof imported)[number]): number {
    return imported.indexOf(name);
  }

  /** Adds a function without result, and returns its index. */
  add(parameters: readonly WasmType[], write: (code: Code) => void, exported?: string): number {
    const code = new Code(parameters.length);
    write(code);
    this.#functions.push({ parameters, code, exported });
    return imported.length + this.#functions.length - 1;
  }

  /** Index of the function that `write` writes, one for all with its key. Its parameters are addresses. */
  shared(key: string, parameters: number, write: (code: Code) => void): number {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const index = this.add(Array<WasmType>(parameters).fill(WasmType.i32), write);
    this.#shared.set(key, index);
    return index;
  }

  /** The module's file. `pages` of 64 KiB is what its memory has at least, which threads may share. */
  encode(pages: number): Uint8Array<ArrayBuffer> {
    const types = new Map<string, number>();
    const typeBytes: number[][] = [];
    const typeOf = (parameters: readonly WasmType[], results: readonly WasmType[]): number => {
      const bytes = [0x60, ...listed(parameters), ...listed(results)];
      const key = bytes.join();
      const known = types.get(key);
      if (known !== undefined) return known;
      types.set(key, typeBytes.length);
      return typeBytes.push(bytes) - 1;
    };
    const importTypes = {
      exp: [[WasmType.f64], [WasmType.f64]],
      log: [[WasmType.f64], [WasmType.f64]],
      pow: [[WasmType.f64, WasmType.f64], [WasmType.f64]],
      compute: [Array<WasmType>(6).fill(WasmType.i32), []],
    };
    const limits = [0x03, ...unsigned(pages), ...unsigned(65536)];
    const imports = [
      [...name("m"), ...name("memory"), 0x02, ...limits],
      ...imported.map((one) => {
        const [parameters, results] = importTypes[one] as [WasmType[], WasmType[]];
        return [...name("m"), ...name(one), 0x00, ...unsigned(typeOf(parameters, results))];
      }),
    ];
    const indices = this.#functions.map(({ parameters }) => unsigned(typeOf(parameters, [])));
    const exports = this.#functions.flatMap(({ exported }, i) =>
      exported === undefined ? [] : [[...name(exported), 0x00, ...unsigned(imported.length + i)]],
    );
    const bodies = this.#functions.map(({ code }) => {
      const locals = runs(code.locals).flatMap(([type, count]) => [...unsigned(count), type]);
      const size = unsigned(runs(code.locals).length);
      const length = size.length + locals.length + code.bytes.length + 1;
      return [[...unsigned(length), ...size, ...locals], code.bytes, [0x0b]];
    });
    const chunks: ArrayLike<number>[] = [[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]];
    const section = (id: number, count: number, content: readonly ArrayLike<number>[]) => {
      const head = unsigned(count);
      const length = content.reduce((sum, one) => sum + one.length, head.length);
      chunks.push([id, ...unsigned(length), ...head], ...content);
    };
    section(1, typeBytes.length, typeBytes);
    section(2, imports.length, imports);
    section(3, indices.length, indices);
    section(7, exports.length, exports);
    section(10, bodies.length, bodies.flat());
    return joined(chunks);
  }
}

function joined(chunks: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

function append(target: number[], source: readonly number[]): void {
  for (const byte of source) target.push(byte);
}

function listed(values: readonly number[]): number[] {
  return [...unsigned(values.length), ...values];
}

function name(text: string): number[] {
  return listed([...Buffer.from(text, "utf8")]);
}

/** Neighbours of one type, with their number. */
function runs(types: readonly WasmType[]): [WasmType, number][] {
  const out: [WasmType, number][] = [];
  for (const type of types) {
    const last = out.at(-1);
    if (last?.[0] === type) last[1]++;
    else out.push([type, 1]);
  }
  return out;
}
