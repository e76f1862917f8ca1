import type { CostMeasure } from "../../cost/cost";
import { genotypeDifferences } from "../../derive/genotypeDifferences";
import { genotypeJson } from "../../space/genotypeJson";
import { siAmount } from "../../util/siAmount";
import { fileNameOf } from "../shared/fileNameOf";
import { download } from "../shared/files";
import { Scroll } from "../shared/Scroll";
import type { Derived } from "./derived";
import { pinnedCode, pinnedCsv, pinnedSweep } from "./pinned";

/** A derivation that was kept, under a name. */
export interface Pinned {
  readonly name: string;
  readonly derived: Derived;
}

interface TrayProps {
  readonly id: string;
  readonly pinned: readonly Pinned[];
  readonly current: Derived | null;
  /** The one that is compared with what is shown. */
  readonly against: number;
  readonly onAgainst: (index: number) => void;
  readonly onRemove: (index: number) => void;
  readonly onCode: (code: string) => void;
}

/** The pinned derivations: a table, what differs from the one shown, and what can be made of all of them. */
export function Tray({ id, pinned, current, against, onAgainst, onRemove, onCode }: TrayProps) {
  if (pinned.length === 0)
    return (
      <section class="card" aria-label="pinned derivations">
        <h2>Pinned</h2>
        <p class="soft">
          Pin a derivation to compare others with it, edge by edge, and to make a table, a sheet or a sweep of
          several.
        </p>
      </section>
    );
  const base = pinned[against];
  const sweep = () => {
    const { text, files } = pinnedSweep(pinned);
    download("sweep.json", text, "application/json");
    for (const [name, json] of files) download(name, json, "application/json");
  };
  return (
    <section class="card" aria-label="pinned derivations">
      <h2>Pinned</h2>
      <Scroll label="table of pinned derivations">
        <table>
          <thead>
            <tr>
              <th scope="col">compare</th>
              <th scope="col">derivation</th>
              <th scope="col" class="num">
                BOPs
              </th>
              <th scope="col" class="num">
                OPs
              </th>
              <th scope="col" class="num">
                ln p
              </th>
              <th scope="col">genotype</th>
              <th scope="col">remove</th>
            </tr>
          </thead>
          <tbody>
            {pinned.map(({ name, derived }, i) => (
              <tr key={name}>
                <td>
                  <input
                    type="radio"
                    name={`${id}-against`}
                    aria-label={`compare with ${name}`}
                    checked={i === against}
                    onChange={() => onAgainst(i)}
                  />
                </td>
                <th scope="row">{name}</th>
                <td class="num">{siAmount(derived.derivation.cost.bops)}</td>
                <td class="num">{siAmount(derived.derivation.cost.ops)}</td>
                <td class="num">{derived.derivation.logProbability?.toFixed(2) ?? "not given"}</td>
                <td>{derived.hash.slice(0, 8)}</td>
                <td>
                  <button type="button" aria-label={`remove ${name}`} onClick={() => onRemove(i)}>
                    ×
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {base && current ? <Differences base={base} current={current} /> : null}
      <div class="row">
        <button type="button" onClick={() => onCode(pinnedCode(pinned, "table"))}>
          copy code: table
        </button>
        <button type="button" onClick={() => onCode(pinnedCode(pinned, "sheet"))}>
          copy code: genotype sheet
        </button>
        <button type="button" onClick={() => download("pinned.csv", pinnedCsv(pinned), "text/csv")}>
          table (CSV)
        </button>
        <button
          type="button"
          onClick={sweep}
          title="a sweep file and one genotype file each, for one folder: npx bars sweep run sweep.json"
        >
          sweep file to train them
        </button>
        <button
          type="button"
          onClick={() => {
            for (const { name, derived } of pinned)
              download(
                `${fileNameOf(name)}.json`,
                `${genotypeJson(derived.derivation.genotype)}\n`,
                "application/json",
              );
          }}
        >
          genotypes (JSON)
        </button>
      </div>
    </section>
  );
}

function Differences({ base, current }: { readonly base: Pinned; readonly current: Derived }) {
  const before = base.derived.derivation;
  const after = current.derivation;
  const sameSpace = JSON.stringify(before.genotype.space) === JSON.stringify(after.genotype.space);
  if (!sameSpace)
    return (
      <p class="soft">
        The pinned architecture is of another space, so decisions cannot be compared one by one.
      </p>
    );
  const rows = genotypeDifferences(before.genotype, after.genotype);
  const change = (name: CostMeasure) => {
    const by = after.cost[name] - before.cost[name];
    return `${by < 0 ? "−" : "+"}${siAmount(Math.abs(by))}`;
  };
  return (
    <div>
      <h3>Shown, compared with {base.name}</h3>
      <p class="num">
        BOPs {change("bops")}, FLOPs {change("flops")}, OPs {change("ops")}
      </p>
      {rows.length === 0 ? (
        <p>The same architecture.</p>
      ) : (
        <table class="differences">
          <thead>
            <tr>
              <th scope="col">decision</th>
              <th scope="col">pinned</th>
              <th scope="col">shown</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ place, before: own, after: other }) => (
              <tr key={place}>
                <th scope="row">{place}</th>
                <td>{own}</td>
                <td>{other}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
