import { DivergenceError } from "../util/errors";

/**
 * A record as the JSON text of its file. JSON has no NaN and no infinity: `JSON.stringify` would write null, which the
 * reader refuses, so that a run could not be taken up again.
 *
 * @param indent spaces a level; 0 for one line.
 * @throws DivergenceError that names the first number that is not finite. Nothing is written then.
 */
export function recordText(record: object, indent: 0 | 1 = 1): string {
  rejectNonFinite(record);
  return JSON.stringify(record, null, indent);
}

/** @throws DivergenceError that names the first number that is not finite. */
export function rejectNonFinite(record: object): void {
  const path = nonFinite(record);
  if (path) {
    throw new DivergenceError(
      `The record's ${path.names.join(".")} is ${path.value}, not a finite number, and is not written: what was measured has ` +
        "diverged. The last checkpoint is as it was; go on from it with a smaller learning rate, or look at the data.",
    );
  }
}

interface NonFinite {
  readonly names: readonly string[];
  readonly value: number;
}

function nonFinite(value: unknown, names: readonly string[] = []): NonFinite | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : { names, value };
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, item] of Object.entries(value)) {
    const found = nonFinite(item, [...names, name]);
    if (found) return found;
  }
  return undefined;
}
