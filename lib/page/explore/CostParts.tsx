import { useState } from "preact/hooks";
import { type CostMeasure, costIn, costMeasures, measureNames } from "../../cost/cost";
import { siAmount } from "../../util/siAmount";
import type { Derived } from "./derived";

/** Cost by part of the network as bars, the whole of it against the budget. */
export function CostParts({ id, derived }: { readonly id: string; readonly derived: Derived }) {
  const { held, cost } = derived.derivation;
  const [asked, setAsked] = useState<CostMeasure | null>(null);
  // No table of measured layers is in a page.
  const own = held?.measure === "latency" ? undefined : held?.measure;
  const measure = asked ?? own ?? "ops";
  const total = costIn(cost, measure);
  const budget = held !== null && held.measure === measure ? held.budget : null;
  const scale = Math.max(total, budget ?? 0) || 1;
  const name = measureNames[measure];
  return (
    <section class="card" aria-label="cost by part">
      <h2>Cost of one image</h2>
      <div class="row">
        <label for={`${id}-cost`}>count</label>
        <select
          id={`${id}-cost`}
          value={measure}
          onChange={({ currentTarget }) => setAsked(currentTarget.value as CostMeasure)}
        >
          {costMeasures.map((one) => (
            <option key={one} value={one}>
              {measureNames[one]}
            </option>
          ))}
        </select>
        <strong class="num">
          {siAmount(total)} {name}
        </strong>
        {budget === null ? null : (
          <span class="num">
            {Math.round((100 * total) / budget)} % of the budget of {siAmount(budget)}
          </span>
        )}
      </div>
      <div class="bar" aria-hidden="true">
        <i
          class={budget !== null && total > budget ? "over" : ""}
          style={{ width: `${(100 * total) / scale}%` }}
        />
        {budget === null ? null : <b style={{ left: `${(100 * budget) / scale}%` }} />}
      </div>
      <table class="parts">
        <thead>
          <tr>
            <th scope="col">part</th>
            <th scope="col" class="num">
              {name}
            </th>
            <th scope="col" class="wide">
              share
            </th>
            <th scope="col" class="num">
              kbit
            </th>
          </tr>
        </thead>
        <tbody>
          {derived.parts.map((part) => {
            const own = costIn(part, measure);
            const share = total > 0 ? own / total : 0;
            return (
              <tr key={part.part}>
                <th scope="row">{part.part}</th>
                <td class="num">{siAmount(own)}</td>
                <td>
                  <div class="bar small">
                    <i style={{ width: `${100 * share}%` }} />
                    <span>{Math.round(100 * share)} %</span>
                  </div>
                </td>
                <td class="num">{(part.bits / 1000).toFixed(1)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p class="soft">
        One multiply-accumulate = 1; OPs = FLOPs + BOPs / 64; bits as shipped, 1 a binary weight, 32 a real
        one.
      </p>
    </section>
  );
}
