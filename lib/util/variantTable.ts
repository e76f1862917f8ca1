import { ConfigError } from "./errors";
import { likelyNames } from "./nearNames";

/** One variant of a kind: a primitive, a sampler, a data set. */
export interface Variant {
  /** What settings and records call it. */
  readonly name: string;
  /** Of a user's variant: raised when it changes what it computes. Left out: 1. The library's own have none. */
  readonly version?: number;
}

const tables = new Map<string, VariantTable<Variant>>();

/** The table of a kind: "primitive", "data set", "sampler". */
export const tableOf = (kind: string): VariantTable<Variant> | undefined => tables.get(kind);

/**
 * The variants of one kind by name: those of the library, and those a user defines in this process.
 *
 * Names of the library cannot be redefined. A user's own can, as when a notebook cell runs again: the new value takes the
 * place of the old for everything that looks the name up from then on. Networks and supernets look their primitives up once,
 * when they are built, and go on with what they found.
 */
export class VariantTable<V extends Variant, B extends string = string> {
  readonly #builtIn: Readonly<Record<B, V>>;
  readonly #defined = new Map<string, V>();

  /**
   * @param kind what one is called in messages: "primitive".
   * @param define the function that defines one: "definePrimitive".
   */
  constructor(
    readonly kind: string,
    readonly defineName: string,
    builtIn: Readonly<Record<B, V>>,
  ) {
    for (const [name, value] of Object.entries<V>(builtIn))
      if (name !== value.name)
        throw new ConfigError(`${kind} "${value.name}" stands under the name "${name}".`);
    this.#builtIn = Object.freeze({ ...builtIn });
    tables.set(kind, this as unknown as VariantTable<Variant>);
  }

  /** Names of the library's own, in their order. */
  get builtInNames(): readonly B[] {
    return Object.keys(this.#builtIn) as B[];
  }

  /** All names: the library's, then the user's in the order they were defined. */
  get names(): readonly string[] {
    return [...this.builtInNames, ...this.#defined.keys()];
  }

  has(name: unknown): boolean {
    return typeof name === "string" && (Object.hasOwn(this.#builtIn, name) || this.#defined.has(name));
  }

  /** Null for the library's own and for unknown names. */
  versionOf(name: string): number | null {
    const defined = this.#defined.get(name);
    return defined ? (defined.version ?? 1) : null;
  }

  /** @throws ConfigError that says what to define. */
  get(name: string, place: string = this.kind): V {
    const found =
      this.#defined.get(name) ?? (Object.hasOwn(this.#builtIn, name) ? this.#builtIn[name as B] : null);
    if (!found) throw new ConfigError(`${place}: ${this.unknownText(name)}`);
    return found;
  }

  /** For an error about a name that is not here. */
  unknownText(name: string): string {
    const near = likelyNames(name, this.names, 3);
    const what = near.length > 0 ? "Names near it" : "There are";
    const shown = (near.length > 0 ? near : this.names).map((known) => `"${known}"`);
    return (
      `no ${this.kind} is called "${name}". ${what}: ${shown.join(", ")}; ` +
      `one of your own must be defined first (${this.defineName}({ name: "${name}", ... })).`
    );
  }

  /**
   * Adds a user's variant, or replaces the one of that name.
   *
   * @throws ConfigError for a name that is no identifier or is the library's, and for a version that is no integer from 1.
   */
  define<U extends V>(value: U): U {
    const { name, version = 1 } = value;
    if (typeof name !== "string" || !/^[a-z][a-z0-9_-]*$/i.test(name)) {
      throw new ConfigError(
        `${this.defineName}: name must be letters, digits, _ and - after a first letter, got ${JSON.stringify(name)}.`,
      );
    }
    if (Object.hasOwn(this.#builtIn, name)) {
      throw new ConfigError(
        `${this.defineName}: "${name}" is ${withArticle(this.kind)} of the library; choose another name.`,
      );
    }
    if (!Number.isInteger(version) || version < 1) {
      throw new ConfigError(
        `${this.defineName}: version of "${name}" must be an integer from 1, got ${version}.`,
      );
    }
    this.#defined.set(name, value);
    return value;
  }

  /** Takes a user's variant out again. */
  forget(name: string): void {
    this.#defined.delete(name);
  }
}

/** "a sampler", "an optimizer". */
export function withArticle(kind: string): string {
  return `${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
}

/** A variant of the user's own, as records of runs that use it name it. Plain JSON. */
export interface Definition {
  /** What kind of variant it is: "sampler". */
  readonly kind: string;
  readonly name: string;
  readonly version: number;
}

/** The one that a name stands for, in a list; an empty list for the library's own. */
export function definitionOf<V extends Variant>(
  table: VariantTable<V>,
  name: unknown,
): readonly Definition[] {
  const version = typeof name === "string" ? table.versionOf(name) : null;
  return version === null ? [] : [{ kind: table.kind, name: name as string, version }];
}
