import { useEffect, useState } from "preact/hooks";
import { type BreakOptions, type BudgetBreak, budgetBreakSteps } from "../../derive/budgetBreaks";
import type { DeriveInput } from "../../derive/deriveRule";

/** Break points of the budget, those found so far, and whether that is all of them. */
export interface FoundBreaks {
  readonly breaks: readonly BudgetBreak[];
  readonly done: boolean;
}

/** Milliseconds of one go: between two of them the page answers. */
const slice = 8;
const known = new Map<string, FoundBreaks>();

/**
 * The break points of the budget for what is set, found bit by bit after the page has been drawn and kept by `key`.
 * @param key names everything they depend on; null: none are wanted.
 */
export function useBudgetBreaks(
  key: string | null,
  input: () => DeriveInput,
  options: BreakOptions,
): FoundBreaks {
  const [, redraw] = useState(0);
  useEffect(() => {
    if (key === null || known.get(key)?.done) return;
    let steps: ReturnType<typeof budgetBreakSteps>;
    let timer: ReturnType<typeof setTimeout>;
    const work = () => {
      steps ??= budgetBreakSteps(input(), options);
      const until = performance.now() + slice;
      let found = known.get(key) ?? { breaks: [], done: false };
      try {
        do {
          const next = steps.next();
          found = next.done ? { ...found, done: true } : { breaks: next.value, done: false };
        } while (!found.done && performance.now() < until);
      } catch {
        // What is wrong with the options is said where the derivation would stand.
        found = { breaks: [], done: true };
      }
      known.set(key, found);
      redraw((count) => count + 1);
      if (!found.done) timer = setTimeout(work, 0);
    };
    timer = setTimeout(work, 30);
    return () => clearTimeout(timer);
  }, [key]);
  return (key === null ? undefined : known.get(key)) ?? { breaks: [], done: false };
}
