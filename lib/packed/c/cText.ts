/** What a C file holds as constants: text, and how many bytes they take where it runs. */
export class CConstants {
  readonly #prefix: string;
  readonly #texts: string[] = [];
  bytes = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get text(): string {
    return this.#texts.join("\n");
  }

  /** Adds an array; gives its name, or "0" where there is none. */
  floats(values: Float32Array | null): string {
    return values === null ? "0" : this.#add("float", 4, values, floatText);
  }

  words(values: Uint32Array): string {
    return this.#add("uint32_t", 4, values, (value) => `0x${value.toString(16)}u`);
  }

  integers(values: Int32Array): string {
    // The smallest number is not written as one: C reads a minus and a number that is too large.
    return this.#add("int32_t", 4, values, (value) =>
      value === -(2 ** 31) ? "(-2147483647 - 1)" : `${value}`,
    );
  }

  /** Of −1 and +1; "0" where all are +1. */
  flips(values: Int8Array): string {
    return values.every((value) => value === 1) ? "0" : this.#add("int8_t", 1, values, String);
  }

  #add<T extends { readonly length: number } & Iterable<number>>(
    type: string,
    bytes: number,
    values: T,
    show: (value: number) => string,
  ): string {
    const name = `${this.#prefix}_w${this.#texts.length}`;
    this.#texts.push(
      `static const ${type} ${name}[${values.length}] = {\n${wrapped(Array.from(values, show))}\n};`,
    );
    this.bytes += bytes * values.length;
    return name;
  }
}

/** A float32 that C reads back as it was: nine digits tell any two apart. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "INFINITY" : "-INFINITY";
  if (Object.is(value, -0)) return "-0.0f";
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 24) return `${value}.0f`;
  const text = String(Number(value.toPrecision(9)));
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}

/** Items in lines of about 100 letters. */
function wrapped(items: readonly string[]): string {
  const lines: string[] = [];
  let line = "";
  for (const item of items) {
    if (line.length + item.length > 100) {
      lines.push(line);
      line = "";
    }
    line += `${line === "" ? "  " : " "}${item},`;
  }
  return [...lines, line].join("\n");
}

/** A string literal of ASCII alone: other letters as the bytes of their UTF-8. */
export function stringText(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const letters = Array.from(bytes, (byte) => {
    const letter = String.fromCharCode(byte);
    const plain = byte >= 32 && byte < 127 && !'"\\?'.includes(letter);
    return plain ? letter : `\\${byte.toString(8).padStart(3, "0")}`;
  });
  return `"${letters.join("")}"`;
}

/** Text that may stand in a comment. */
export const commentText = (text: string): string =>
  text
    .replaceAll("*/", "* /")
    .replaceAll("/*", "/ *")
    .replaceAll("??", "? ?")
    .replaceAll(/[^\x20-\x7e]/g, "?");
