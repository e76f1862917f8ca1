import { canonicalJson } from "../../lib/util/canonicalJson";

/**
 * What values of one kind look like, learnt from good ones and not from the readers' own checks: which types stand at
 * each place, which keys objects have, which numbers are whole. So a reader that lets a wrong type through is found
 * out, whatever its checks say.
 */
export interface Notes {
  /** Places (`epochs.*.alphaLoss`) that may be null though no good value shows it. */
  readonly nullable?: RegExp;
  /** Keys that may be absent, by place. */
  readonly optional?: RegExp;
  /** Places of which nothing is declared: free maps, values of any kind. */
  readonly free?: RegExp;
  /** Places that must hold what a good value holds: a hash in the file says so. */
  readonly fixed?: RegExp;
  /** Places that hold schedules: a number or one of the forms of `config/schedule`. */
  readonly schedules?: RegExp;
  /** Places whose texts are one of those that good values show. */
  readonly names?: RegExp;
  /** Places whose numbers are whole and at least 0. */
  readonly whole?: RegExp;
  /** Places whose numbers lie in [0, 1]. */
  readonly shares?: RegExp;
}

interface Place {
  readonly types: Set<string>;
  readonly texts: Set<string>;
  readonly values: Set<string>;
  /** Of objects: keys that every one had, and that any had. */
  always: Set<string> | null;
  readonly ever: Set<string>;
}

export class Declared {
  readonly #places = new Map<string, Place>();

  constructor(
    good: readonly unknown[],
    readonly notes: Notes,
  ) {
    for (const value of good) this.#learn(value, "");
  }

  #learn(value: unknown, path: string): void {
    if (this.notes.free?.test(path)) return;
    const place = this.#places.get(path) ?? {
      types: new Set(),
      texts: new Set(),
      values: new Set(),
      always: null,
      ever: new Set(),
    };
    this.#places.set(path, place);
    place.types.add(typeOf(value));
    if (typeof value === "string") place.texts.add(value);
    if (this.notes.fixed?.test(path)) {
      place.values.add(canonicalJson(value));
      return;
    }
    if (Array.isArray(value)) for (const part of value) this.#learn(part, join(path, "*"));
    else if (typeof value === "object" && value !== null) {
      const keys = Object.keys(value);
      const before = place.always;
      place.always = new Set(before === null ? keys : keys.filter((key) => before.has(key)));
      for (const [key, part] of Object.entries(value)) {
        place.ever.add(key);
        this.#learn(part, join(path, key));
      }
    }
  }

  /** The first thing in a value that is not as declared; null where all is. */
  fault(value: unknown, path = ""): string | null {
    const { notes } = this;
    if (typeof value === "number" && !Number.isFinite(value)) return `${path} is ${value}`;
    if (notes.free?.test(path)) return null;
    if (notes.schedules?.test(path)) return isSchedule(value) ? null : `${path} is no schedule`;
    const place = this.#places.get(path);
    if (!place) return `${path || "the whole"} is not declared`;
    if (notes.fixed?.test(path))
      return place.values.has(canonicalJson(value)) ? null : `${path} is not what its hash is of`;
    const type = typeOf(value);
    // Where every good value is null, nothing is known of what else it may be.
    if (notes.nullable?.test(path) && place.types.size === 1 && place.types.has("null")) return null;
    if (!place.types.has(type) && !(type === "null" && notes.nullable?.test(path)))
      return `${path || "the whole"} is ${type}, not ${[...place.types].join(" or ")}`;
    if (typeof value === "string" && notes.names?.test(path) && !place.texts.has(value))
      return `${path} is ${JSON.stringify(value).slice(0, 30)}, which is none of its names`;
    if (typeof value === "number") {
      if (notes.whole?.test(path) && !(Number.isSafeInteger(value) && value >= 0))
        return `${path} is ${value}, no whole number`;
      if (notes.shares?.test(path) && !(value >= -1e-6 && value <= 1 + 1e-6))
        return `${path} is ${value}, no share`;
    }
    if (typeof value !== "object" || value === null) return null;
    if (!Array.isArray(value)) {
      for (const key of place.always ?? []) {
        if (!Object.hasOwn(value, key) && !notes.optional?.test(join(path, key)))
          return `${join(path, key)} is absent`;
      }
    }
    for (const [key, part] of Object.entries(value)) {
      const fault = this.fault(part, join(path, Array.isArray(value) ? "*" : key));
      if (fault !== null) return fault;
    }
    return null;
  }
}

/** Whether two values mean the same: order of keys and absent `undefined` aside. */
export function sameMeaning(a: unknown, b: unknown): boolean {
  try {
    return canonicalJson(a) === canonicalJson(b);
  } catch {
    return false;
  }
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

const forms: Readonly<Record<string, readonly string[]>> = {
  linear: ["from", "to"],
  cosine: ["from", "to"],
  exponential: ["from", "factor", "min"],
  log_linear: ["from", "to"],
  steps: ["at"],
  warmup: ["epochs", "from", "after"],
};

function isSchedule(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { kind, ...rest } = value as Record<string, unknown>;
  if (typeof kind !== "string" || !Object.hasOwn(forms, kind)) return false;
  const fields = forms[kind] as readonly string[];
  if (Object.keys(rest).sort().join() !== [...fields].sort().join()) return false;
  return fields.every((field) => {
    const part = rest[field];
    if (field === "after") return isSchedule(part);
    if (field !== "at") return typeof part === "number" && Number.isFinite(part);
    const isPair = (pair: unknown) =>
      Array.isArray(pair) &&
      pair.length === 2 &&
      pair.every((number) => typeof number === "number" && Number.isFinite(number));
    return Array.isArray(part) && part.length > 0 && part.every(isPair);
  });
}
