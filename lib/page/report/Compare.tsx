import { useMemo } from "preact/hooks";
import { flatSettings } from "../../config/flatSettings";
import { genotypeDifferences } from "../../derive/genotypeDifferences";
import { drawGenotype } from "../../figures/drawings/drawGenotype";
import { counted } from "../../util/counted";
import { Scroll } from "../shared/Scroll";
import { rowColumns } from "./columns";
import { type Curve, curvesOf } from "./curves";
import { LinePlot } from "./LinePlot";
import type { RunDetail } from "./reportData";
import { addressOf } from "./route";
import { genotypeOf, type PageRecord } from "./runParts";
import type { ReportState } from "./store";
import { useDetails } from "./useDetail";

interface CompareProps {
  readonly state: ReportState;
  readonly ids: readonly string[];
  readonly dark: boolean;
}

/** Two or more runs side by side: what they reached, settings that differ, curves in one plot, architectures. */
export function Compare({ state, ids, dark }: CompareProps) {
  const details = useDetails(state, ids);
  const there = details.filter((one): one is RunDetail => typeof one === "object" && one !== null);
  if (ids.length < 2)
    return (
      <p class="card">
        Choose two or more runs in the table, then come here: the address then names them and can be kept.
      </p>
    );
  return (
    <article class="run" aria-label="comparison">
      {details.some((one) => one === null) ? <p role="status">Loading…</p> : null}
      {details.flatMap((one, i) =>
        typeof one === "string"
          ? [
              <p key={ids[i]} class="warn">
                {ids[i]}: {one}
              </p>,
            ]
          : [],
      )}
      <Reached details={there} />
      <SettingsBeside details={there} />
      <CurvesBeside {...{ dark }} details={there} />
      <Architectures details={there} />
    </article>
  );
}

/** Names that tell runs apart: with the seed, else with their place. */
function namesOf(details: readonly RunDetail[]): string[] {
  const first = details.map(({ row }) => row.name);
  const twice = (names: readonly string[]) => new Set(names).size < names.length;
  if (!twice(first)) return first;
  const seeded = details.map(({ row }) => (row.seed === null ? row.name : `${row.name}, seed ${row.seed}`));
  return twice(seeded) ? details.map(({ row }) => `${row.name} (${row.place})`) : seeded;
}

interface BesideProps {
  readonly label: string;
  readonly title: string;
  readonly details: readonly RunDetail[];
  readonly rows: readonly (readonly [name: string, values: readonly string[]])[];
}

function Beside({ label, title, details, rows }: BesideProps) {
  const names = namesOf(details);
  return (
    <section class="card" aria-label={label}>
      <h2>{title}</h2>
      <Scroll label={`table: ${label}`}>
        <table class="lined num">
          <thead>
            <tr>
              <th scope="col">
                <span class="visually-hidden">what</span>
              </th>
              {details.map(({ row }, i) => (
                <th key={row.id} scope="col">
                  <a href={addressOf({ page: "run", id: row.id })}>{names[i]}</a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, values]) => (
              <tr key={name} class={new Set(values).size > 1 ? "differs" : ""}>
                <th scope="row">{name}</th>
                {values.map((value, i) => (
                  <td key={details[i]?.row.id}>{value || "–"}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Reached({ details }: { readonly details: readonly RunDetail[] }) {
  const rows = [
    ...rowColumns.map(
      ({ label, value, text }) => [label, details.map(({ row }) => text(value(row)))] as const,
    ),
    ["measured", details.map(({ row }) => row.measured ?? "")] as const,
  ];
  return (
    <Beside
      label="what they reached"
      title="What they reached"
      {...{ details }}
      rows={rows.filter(([, values]) => values.some(Boolean))}
    />
  );
}

function SettingsBeside({ details }: { readonly details: readonly RunDetail[] }) {
  const flat = useMemo(
    () => details.map(({ record }) => flatSettings((record as { config?: object } | null)?.config ?? {})),
    [details.map(({ row }) => row.id).join()],
  );
  const keys = [...new Set(flat.flatMap((one) => Object.keys(one)))];
  const text = (value: unknown) => (value === undefined || value === null ? "" : String(value));
  const rows = keys
    .map((key) => [key, flat.map((one) => text(one[key]))] as const)
    .filter(([, values]) => new Set(values).size > 1);
  if (rows.length === 0)
    return <p class="card">Their settings are the same, {counted(keys.length, "setting")}.</p>;
  return <Beside label="settings that differ" title="Settings that differ" {...{ details, rows }} />;
}

/** Curves of the same meaning in one plot: the last series of each, a line a run. */
function CurvesBeside({ details, dark }: { readonly details: readonly RunDetail[]; readonly dark: boolean }) {
  const names = namesOf(details);
  const all = details.map(({ record }) => {
    const value = record as PageRecord | null;
    return value === null || value.kind === "bars.table" || value.kind === "bars.race-record"
      ? []
      : curvesOf(value);
  });
  // By title, which names a cost's measure.
  const titles = [...new Set(all.flatMap((curves) => curves.map(({ title }) => title)))];
  const plots = titles.flatMap((title) => {
    const own = all.map((curves) => curves.find((curve) => curve.title === title));
    const first = own.find((curve) => curve !== undefined) as Curve;
    const parts = [...new Set(own.flatMap((curve) => curve?.series.map(({ name }) => name) ?? []))];
    return parts.flatMap((part) => {
      const series = own.flatMap((curve, i) => {
        const found = curve?.series.find(({ name }) => name === part);
        return found?.values.some((value) => value !== null)
          ? [{ name: names[i] as string, values: found.values }]
          : [];
      });
      return series.length < 2
        ? []
        : [{ ...first, key: `${title} ${part}`, title: `${title}: ${part}`, series }];
    });
  });
  if (plots.length === 0) return null;
  return (
    <section class="plots" aria-label="curves beside each other">
      {plots.map(({ key, mark: _mark, note: _note, ...curve }) => (
        <LinePlot key={key} {...curve} dark={dark} />
      ))}
    </section>
  );
}

function Architectures({ details }: { readonly details: readonly RunDetail[] }) {
  const shown = details.flatMap((detail) => {
    const found = genotypeOf(detail);
    return found ? [{ id: detail.row.id, ...found }] : [];
  });
  const [a, b] = shown;
  if (a === undefined) return null;
  const same = b !== undefined && JSON.stringify(a.genotype.space) === JSON.stringify(b.genotype.space);
  const differences = same && shown.length === 2 ? genotypeDifferences(a.genotype, b.genotype) : null;
  return (
    <section class="card" aria-label="architectures">
      <h2>Architectures</h2>
      {differences === null ? null : differences.length === 0 ? (
        <p>The architectures are the same.</p>
      ) : (
        <Scroll label="decisions that differ">
          <table class="lined">
            <thead>
              <tr>
                <th scope="col">decision</th>
                <th scope="col">{a.title}</th>
                <th scope="col">{b?.title}</th>
              </tr>
            </thead>
            <tbody>
              {differences.map(({ place, before, after }) => (
                <tr key={place}>
                  <th scope="row">{place}</th>
                  <td>{before}</td>
                  <td>{after}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="beside" tabIndex={0} aria-label="drawings beside each other">
        {shown.map(({ id, genotype, title }) => (
          // Text of the drawing is escaped by `drawGenotype`.
          <div
            key={id}
            class="drawing"
            dangerouslySetInnerHTML={{ __html: drawGenotype(genotype, { title }) }}
          />
        ))}
      </section>
    </section>
  );
}
