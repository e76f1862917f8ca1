/** A key, as `randomKey.ts` has it; that file imports this one. */
interface Key {
  readonly hi: number;
  readonly lo: number;
}

/** How an array was drawn: labels folded into the key one after the other, the function, and its numbers after the key. */
export interface Draw {
  /** Null where the key is not one that comes from the traced one. */
  readonly path: readonly (string | number)[] | null;
  readonly kind: "uniform" | "integers" | "normal" | "gumbel" | "logistic" | "permutation" | "keptShares";
  readonly numbers: readonly number[];
}

interface Trace {
  /** Labels by key. */
  readonly paths: Map<string, readonly (string | number)[]>;
  readonly draws: Map<unknown, Draw>;
}

let open: Trace | null = null;
const nameOf = ({ hi, lo }: Key): string => `${hi},${lo}`;

/**
 * Runs something and notes how every array that it draws comes from a key, so that the same can be drawn from another
 * (`redrawn`). What runs must be over when it returns.
 */
export function traceDraws<T>(
  key: Key,
  body: () => T,
): { readonly value: T; readonly draws: ReadonlyMap<unknown, Draw> } {
  const outer = open;
  const trace: Trace = { paths: new Map([[nameOf(key), []]]), draws: new Map() };
  open = trace;
  try {
    return { value: body(), draws: trace.draws };
  } finally {
    open = outer;
  }
}

/** For `fold` alone. */
export function noteFold(key: Key, label: string | number, folded: Key): void {
  const path = open?.paths.get(nameOf(key));
  if (path) open?.paths.set(nameOf(folded), [...path, label]);
}

/** For the functions that draw alone. */
export function noteDraw(array: unknown, kind: Draw["kind"], key: Key, numbers: readonly number[]): void {
  open?.draws.set(array, { path: open.paths.get(nameOf(key)) ?? null, kind, numbers });
}
