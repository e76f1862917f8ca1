import { fold, integers, type RandomKey } from "../../lib/random/randomKey";

/** A damaged input. */
export interface Mutation {
  readonly bytes: Buffer;
  /** What was done, for the message. */
  readonly what: string;
  /** True: no reader may take it, whatever it makes of it. */
  readonly mustRefuse: boolean;
}

/** Draws from a key, one after another. */
export class Draws {
  #next = 0;

  constructor(readonly key: RandomKey) {}

  below(end: number): number {
    return integers(fold(this.key, this.#next++), 1, end)[0] as number;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

const marks = { deep: "@@deep@@", huge: "@@huge@@", nan: "@@nan@@" };
const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

type Step = string | number;

/**
 * Damages a JSON text: its tree, or its letters.
 * @param free places (`runs.*.grid`) where any key may stand.
 */
export function mutateJson(text: string, draws: Draws, free?: RegExp): Mutation {
  return draws.below(5) === 0 ? mutateBytes(Buffer.from(text), draws, false) : mutateTree(text, draws, free);
}

function mutateTree(text: string, draws: Draws, free: RegExp | undefined): Mutation {
  const tree = JSON.parse(text) as unknown;
  const paths = placesIn(tree);
  const path = draws.of(paths);
  const at = path.join(".");
  const old = valueAt(tree, path);
  const done = (changed: unknown, what: string, mustRefuse = false): Mutation => ({
    bytes: Buffer.from(written(changed)),
    what: `${what} at ${at || "the top"}`,
    mustRefuse,
  });
  const put = (value: unknown, what: string, mustRefuse = false) =>
    done(replaced(tree, path, value), what, mustRefuse);
  switch (draws.below(12)) {
    case 0:
      return path.length > 0 ? done(removed(tree, path), "deleted") : put(null, "null");
    case 1:
    case 2:
    case 3:
      return put(
        draws.of(
          otherTypes.filter(
            (value) => typeof value !== typeof old || Array.isArray(old) !== Array.isArray(value),
          ),
        ),
        "another type",
      );
    case 4:
      return typeof old === "number"
        ? put(
            draws.of([String(old), [old], old + 0.5, -old - 1, 1e308, -1e308, old * 1e6 + 7]),
            "another number",
          )
        : put(String(old), "as text");
    case 5:
      return put(draws.of([marks.huge, marks.nan]), "no number", true);
    case 6:
      return put(marks.deep, "100,000 brackets", true);
    case 7: {
      const other = draws.of(paths);
      return isBelow(path, other) || isBelow(other, path)
        ? put({}, "emptied")
        : done(
            replaced(replaced(tree, path, valueAt(tree, other)), other, old),
            `swapped with ${other.join(".")}`,
          );
    }
    case 8: {
      const owner = draws.of(objectsIn(tree));
      const key = draws.of([
        "__proto__",
        "toString",
        "constructor",
        "hasOwnProperty",
        "valueOf",
        "unheardOf",
      ]);
      const value = draws.of<unknown>([1, { a: 1 }, "x", null]);
      const place = owner.map((step) => (typeof step === "number" ? "*" : step)).join(".");
      const known = key === "__proto__" || !free?.test(place);
      return done(added(tree, owner, key, value), `the key ${key} in ${place || "the top"}`, known);
    }
    case 9: {
      const copy = written(tree);
      const keys = [...copy.matchAll(/"(\w+)":/g)];
      if (keys.length === 0) return put({}, "emptied");
      const key = draws.of(keys);
      const where = key.index;
      return {
        bytes: Buffer.from(`${copy.slice(0, where)}${key[0]}null,${copy.slice(where)}`),
        what: `the key ${key[1]} twice`,
        mustRefuse: true,
      };
    }
    case 10:
      return Array.isArray(old)
        ? put(draws.of([[...old, ...old], old.slice(1), [...old, null], [null], []]), "another list")
        : put([old], "in a list");
    default:
      return typeof old === "string"
        ? put(
            draws.of([`${old}x`, "", old.slice(1), `__proto__`, "toString", old.toUpperCase()]),
            "another text",
          )
        : put("", "empty text");
  }
}

const otherTypes: readonly unknown[] = [null, true, false, "x", "", "0", 0, 1, -1, [], {}, [[]], { a: 1 }];

/** Damages bytes: flips bits, cuts, adds, overwrites. */
export function mutateBytes(good: Buffer, draws: Draws, mustRefuse: boolean): Mutation {
  const at = draws.below(Math.max(1, good.length));
  switch (draws.below(6)) {
    case 0:
      return { bytes: good.subarray(0, at), what: `cut at byte ${at}`, mustRefuse };
    case 1:
      return {
        bytes: Buffer.concat([good, Buffer.from([draws.below(256), draws.below(256)])]),
        what: "two bytes more",
        mustRefuse,
      };
    case 2: {
      const bytes = Buffer.concat([good.subarray(0, at), good.subarray(at + 1 + draws.below(8))]);
      return { bytes, what: `bytes missing at ${at}`, mustRefuse };
    }
    case 3: {
      const bytes = Buffer.from(good);
      for (let i = 0; i < 3; i++) flip(bytes, draws);
      return { bytes, what: "three bits flipped", mustRefuse };
    }
    default: {
      const bytes = Buffer.from(good);
      const bit = flip(bytes, draws);
      return { bytes, what: `bit ${bit} flipped`, mustRefuse };
    }
  }
}

function flip(bytes: Buffer, draws: Draws): number {
  // Half of the flips in the first part, where headers are.
  const bit = draws.below(8 * (draws.below(2) === 0 ? Math.min(bytes.length, 4096) : bytes.length));
  bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
  return bit;
}

const signs = [..."{}[](),.:=~|+-'\"0123456789eExX_ \n\t"];

/** Damages a short text: letters lost, doubled, swapped, other ones, parts repeated. */
export function mutateText(text: string, draws: Draws): Mutation {
  const at = draws.below(Math.max(1, text.length));
  const give = (changed: string, what: string): Mutation => ({
    bytes: Buffer.from(changed),
    what: `${what} at ${at}`,
    mustRefuse: false,
  });
  const end = at + 1 + draws.below(12);
  switch (draws.below(7)) {
    case 0:
      return give(text.slice(0, at) + text.slice(end), "letters missing");
    case 1:
      return give(text.slice(0, at) + text.slice(at, end) + text.slice(at), "letters twice");
    case 2:
      return give(text.slice(0, at) + draws.of(signs) + text.slice(at + 1), "another letter");
    case 3:
      return give(text.slice(0, at) + draws.of(signs) + text.slice(at), "a letter more");
    case 4:
      return give(text.slice(0, at), "cut");
    case 5:
      return give(text + draws.of(["x", ")", text, ",", " ", "[".repeat(100_000)]), "text behind");
    default:
      return give(
        text.slice(0, at) +
          draws.of(["toString", "__proto__", "NaN", "1e999", "-1", "null"]) +
          text.slice(end),
        "a word",
      );
  }
}

function placesIn(value: unknown, path: readonly Step[] = []): (readonly Step[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, part]) =>
      placesIn(part, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

function objectsIn(value: unknown): (readonly Step[])[] {
  const found = placesIn(value).filter((path) => {
    const part = valueAt(value, path);
    return typeof part === "object" && part !== null && !Array.isArray(part);
  });
  return found.length > 0 ? found : [[]];
}

function valueAt(value: unknown, path: readonly Step[]): unknown {
  return path.reduce<unknown>((part, step) => (part as Record<Step, unknown>)[step], value);
}

function isBelow(path: readonly Step[], other: readonly Step[]): boolean {
  return path.length <= other.length && path.every((step, i) => step === other[i]);
}

function replaced(value: unknown, [step, ...rest]: readonly Step[], by: unknown): unknown {
  if (step === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<Step, unknown>;
  copy[step] = replaced(copy[step], rest, by);
  return copy;
}

function removed(value: unknown, path: readonly Step[]): unknown {
  const last = path.at(-1) as Step;
  const owner = valueAt(value, path.slice(0, -1));
  const rest = Array.isArray(owner)
    ? owner.filter((_, i) => i !== last)
    : Object.fromEntries(Object.entries(owner as object).filter(([key]) => key !== last));
  return replaced(value, path.slice(0, -1), rest);
}

function added(value: unknown, owner: readonly Step[], key: string, extra: unknown): unknown {
  const entries = Object.entries((valueAt(value, owner) as object | null) ?? {});
  // fromEntries makes an own property of "__proto__".
  return replaced(value, owner, Object.fromEntries([...entries, [key, extra]]));
}

function written(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll(`"${marks.deep}"`, () => deep)
    .replaceAll(`"${marks.huge}"`, "1e999")
    .replaceAll(`"${marks.nan}"`, "NaN");
}
