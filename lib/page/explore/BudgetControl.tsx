import { type CostMeasure, measureNames } from "../../cost/cost";
import { siAmount } from "../../util/siAmount";
import type { FoundBreaks } from "./useBudgetBreaks";

interface BudgetProps {
  readonly id: string;
  readonly measure: CostMeasure;
  /** Null: no limit. */
  readonly budget: number | null;
  readonly found: FoundBreaks;
  readonly onChange: (budget: number | null) => void;
}

/**
 * The budget of rule "budget": a slider whose stops are the budgets at which the likeliest architecture changes, and a field
 * for any other.
 */
export function BudgetControl({ id, measure, budget, found, onChange }: BudgetProps) {
  const { breaks, done } = found;
  const name = measureNames[measure];
  const below = breaks.filter((one) => budget === null || one.budget <= budget).length;
  const at = budget === null ? breaks.length : below;
  const text = budget === null ? "no limit" : `${siAmount(budget)} ${name}`;
  return (
    <div class="field">
      <label for={id}>
        budget <output class="num">{text}</output> <span class="soft">an image</span>
      </label>
      <input
        id={id}
        type="range"
        min={1}
        max={Math.max(1, breaks.length)}
        step={1}
        value={at}
        disabled={!done || breaks.length < 2}
        aria-valuetext={text}
        onInput={({ currentTarget }) => {
          const stop = Number(currentTarget.value);
          onChange(stop >= breaks.length ? null : (breaks[stop - 1]?.budget ?? null));
        }}
      />
      <div class="row">
        <label class="soft" for={`${id}-n`}>
          exactly
        </label>
        <input
          id={`${id}-n`}
          type="number"
          min={1}
          step="any"
          value={budget === null ? "" : String(budget)}
          placeholder="no limit"
          onInput={({ currentTarget }) =>
            onChange(currentTarget.value.trim() === "" ? null : Number(currentTarget.value))
          }
        />
      </div>
      <p class="soft">
        {done
          ? `${breaks.length} architecture${breaks.length === 1 ? "" : "s"} from ${siAmount(breaks[0]?.budget ?? 0)} to ${siAmount(breaks.at(-1)?.budget ?? 0)} ${name}; every stop is a budget at which another becomes the likeliest`
          : `looking for the budgets at which the architecture changes: ${breaks.length} so far`}
      </p>
    </div>
  );
}
