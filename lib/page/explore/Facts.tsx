import { heldText } from "../../derive/heldText";
import { counted } from "../../util/counted";
import { siAmount } from "../../util/siAmount";
import type { Derived } from "./derived";
import { marginRows } from "./marginRows";

/** The numbers of an architecture and what a reader should know before it is trusted. */
export function Facts({ derived, notes }: { readonly derived: Derived; readonly notes: readonly string[] }) {
  const { derivation, hash, parameterFree } = derived;
  const { genotype, cost, held, warnings, logProbability } = derivation;
  const noisy = marginRows(derived).filter(({ withinNoise }) => withinNoise);
  const facts: readonly (readonly [string, string])[] = [
    ["operations", String(genotype.cells.flat().length)],
    ["OPs", siAmount(cost.ops)],
    ["BOPs", siAmount(cost.bops)],
    ["FLOPs", siAmount(cost.flops)],
    ["model", `${(cost.bits / 8000).toFixed(1)} kB`],
    ["edges without weights", `${Math.round(100 * parameterFree)} %`],
    ["ln p", logProbability === null ? "not given" : logProbability.toFixed(2)],
    ["genotype", hash.slice(0, 12)],
  ];
  return (
    <section class="card facts" aria-label="result">
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="num">{value}</dd>
          </div>
        ))}
      </dl>
      {held === null ? null : <p>{heldText(held)}</p>}
      {warnings.map(({ text }) => (
        <p class="warn" key={text}>
          {text}
        </p>
      ))}
      {noisy.length === 0 ? null : (
        <p class="warn">
          {counted(noisy.length, "decision")} within noise (the margin is smaller than its standard deviation
          over the last {derived.noise?.epochs} epochs): {noisy.map(({ name }) => name).join("; ")}
        </p>
      )}
      {notes.map((text) => (
        <p class="soft" key={text}>
          {text}
        </p>
      ))}
    </section>
  );
}
