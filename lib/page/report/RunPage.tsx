import { useMemo } from "preact/hooks";
import { costIn } from "../../cost/cost";
import { costByPart } from "../../cost/costByPart";
import { drawGenotype } from "../../figures/drawings/drawGenotype";
import { genotypeHash, genotypeJson } from "../../space/genotypeJson";
import { BarsError } from "../../util/errors";
import { siAmount } from "../../util/siAmount";
import { fileNameOf } from "../shared/fileNameOf";
import { download } from "../shared/files";
import { Scroll } from "../shared/Scroll";
import { amountText, durationText, percentText, timeText } from "./columns";
import { curvesOf } from "./curves";
import { Dashboard } from "./Dashboard";
import { DeriveLive } from "./DeriveLive";
import { LinePlot } from "./LinePlot";
import { JobTable, ResultTable } from "./RunTables";
import type { ReportRow, RunDetail } from "./reportData";
import { type Fact, genotypeOf, type PageRecord, provenanceFacts, type ShownGenotype } from "./runParts";
import type { ReportState } from "./store";
import { useDetails } from "./useDetail";

interface RunPageProps {
  readonly state: ReportState;
  readonly id: string;
  readonly dark: boolean;
  readonly host: HTMLElement;
  readonly chosen: ReadonlySet<string>;
  readonly choose: (id: string, on: boolean) => void;
}

/** Everything of one run. */
export function RunPage({ state, id, dark, host, chosen, choose }: RunPageProps) {
  const row = state.rows.find((one) => one.id === id);
  const [detail] = useDetails(state, [id]);
  if (row === undefined)
    return <p class="warn">There is no run of that name in this report. It may have been removed.</p>;
  return (
    <article class="run" aria-label={row.name}>
      <section class="card">
        <h2>{row.name}</h2>
        <div class="row">
          <span class={`status ${row.status}`}>{row.status}</span>
          <span class="soft">{row.kind}</span>
          <label>
            <input
              type="checkbox"
              checked={chosen.has(id)}
              onChange={({ currentTarget }) => choose(id, currentTarget.checked)}
            />{" "}
            compare
          </label>
        </div>
        {row.detail === null ? null : <p class="warn">{row.detail}</p>}
        {row.status === "running" && row.share !== null ? (
          <progress max={1} value={row.share} aria-label="progress" />
        ) : null}
        <Facts facts={rowFacts(row)} />
        {row.measured === null ? null : <p class="soft">{row.measured}.</p>}
      </section>
      {typeof detail === "string" ? <p class="warn">{detail}</p> : null}
      {detail === null ? <p role="status">Loading…</p> : null}
      {typeof detail === "object" && detail !== null ? <Detail {...{ detail, state, dark, host }} /> : null}
    </article>
  );
}

function rowFacts(row: ReportRow): Fact[] {
  const facts: (readonly [string, string | null])[] = [
    ["progress", row.progress],
    ["test accuracy", percentText(row.test)],
    ["choice accuracy", percentText(row.choice)],
    ["data", row.dataset],
    ["method", row.method],
    ["seed", row.seed === null ? null : String(row.seed)],
    ["OPs, BOPs, FLOPs", row.ops === null ? null : [row.ops, row.bops, row.flops].map(amountText).join(", ")],
    [
      "parameters, bits",
      row.parameters === null ? null : [row.parameters, row.bits].map(amountText).join(", "),
    ],
    ["time", durationText(row.seconds)],
    ["updated", timeText(row.updated)],
  ];
  return facts.flatMap(([name, value]): Fact[] => (value ? [[name, value]] : []));
}

/** Names with their values. */
function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl class="plain-facts num">
      {facts.flatMap(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} value`}>{value}</dd>])}
    </dl>
  );
}

interface DetailProps {
  readonly detail: RunDetail;
  readonly state: ReportState;
  readonly dark: boolean;
  readonly host: HTMLElement;
}

function Detail({ detail, state, dark, host }: DetailProps) {
  const record = detail.record as PageRecord | null;
  const shown = useMemo(() => genotypeOf(detail), [detail]);
  const curves = useMemo(
    () =>
      record === null || record.kind === "bars.table" || record.kind === "bars.race-record"
        ? []
        : curvesOf(record),
    [record],
  );
  return (
    <>
      {detail.jobs.length > 0 ? <JobTable detail={detail} rows={state.rows} /> : null}
      {record?.kind === "bars.table" ? <ResultTable table={record} /> : null}
      {curves.length > 0 ? (
        <section class="plots" aria-label="curves">
          {curves.map(({ key, ...curve }) => (
            <LinePlot key={key} {...curve} dark={dark} />
          ))}
        </section>
      ) : null}
      {record === null ? null : <Dashboard record={record} />}
      {shown === null ? null : <Architecture {...{ shown }} />}
      {record === null || record.kind === "bars.table" ? null : (
        <>
          <DeriveLive {...{ detail, record, host }} theme={state.theme} />
          <Settings detail={detail} />
        </>
      )}
      <div class="halves">
        <section class="card" aria-label="provenance">
          <h2>Where it comes from</h2>
          <Facts facts={provenanceFacts(detail)} />
          {record === null ? null : <Take {...{ detail, shown }} />}
        </section>
        {detail.files.length === 0 ? null : <Files detail={detail} live={state.live !== null} />}
      </div>
    </>
  );
}

function Architecture({ shown }: { readonly shown: ShownGenotype }) {
  const { genotype, title, style } = shown;
  const hash = genotypeHash(genotype);
  // Text of the drawing is escaped by `drawGenotype`.
  const svg = useMemo(
    () => drawGenotype(genotype, { title: `${title}: ${hash.slice(0, 12)}` }),
    [genotype, title],
  );
  const parts = useMemo(() => {
    try {
      return costByPart(genotype, style);
    } catch (error) {
      // A primitive of the user's own, of a record without what it costs.
      if (error instanceof BarsError) return null;
      throw error;
    }
  }, [genotype, style]);
  const total = (parts ?? []).reduce((sum, { ops }) => sum + ops, 0);
  return (
    <section class="card" aria-label="architecture">
      <h2>Architecture</h2>
      <div class="halves">
        <Scroll label="drawing of the architecture">
          <div class="drawing" dangerouslySetInnerHTML={{ __html: svg }} />
        </Scroll>
        {parts === null ? (
          <p class="soft">
            This page cannot count what it costs: it holds a primitive that only its definition counts.
          </p>
        ) : (
          <Scroll label="cost by part">
            <table class="lined num">
              <thead>
                <tr>
                  {["part", "OPs", "BOPs", "FLOPs", "bits", "share of OPs"].map((name) => (
                    <th key={name} scope="col" class={name === "part" ? "" : "num"}>
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {parts.map((part) => (
                  <tr key={part.part}>
                    <th scope="row">{part.part}</th>
                    {[part.ops, costIn(part, "bops"), part.flops, part.bits].map((value, i) => (
                      <td key={i} class="num">
                        {siAmount(value)}
                      </td>
                    ))}
                    <td class="num">{total > 0 ? `${Math.round((100 * part.ops) / total)} %` : ""}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <p class="soft">Of one image, one multiply-accumulate = 1; OPs = FLOPs + BOPs / 64.</p>
          </Scroll>
        )}
      </div>
    </section>
  );
}

function Settings({ detail: { changed, preset, record } }: { readonly detail: RunDetail }) {
  const config = (record as { config?: unknown }).config;
  const value = (one: unknown) => (one === null ? "–" : String(one));
  return (
    <section class="card" aria-label="settings">
      <h2>Settings</h2>
      {preset === null ? null : (
        <p>
          {changed.length === 0 ? "As preset" : "Nearest to preset"} <strong>{preset.name}</strong>
          {changed.length === 0 ? "" : `, of which ${changed.length} settings differ`}.{" "}
          <span class="soft">{preset.about}</span>
        </p>
      )}
      {changed.length === 0 ? null : (
        <Scroll label="settings that differ from the preset">
          <table class="lined num">
            <thead>
              <tr>
                <th scope="col">setting</th>
                <th scope="col">here</th>
                <th scope="col">preset</th>
              </tr>
            </thead>
            <tbody>
              {changed.map(({ key, value: here, preset: there }) => (
                <tr key={key}>
                  <th scope="row">{key}</th>
                  <td>{value(here)}</td>
                  <td>{value(there)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <details>
        <summary>all settings</summary>
        <pre>{JSON.stringify(config, null, 1)}</pre>
      </details>
    </section>
  );
}

function Take({ detail, shown }: { readonly detail: RunDetail; readonly shown: ShownGenotype | null }) {
  const name = fileNameOf(detail.row.name);
  return (
    <div class="row">
      {detail.thinned === null ? (
        <button
          type="button"
          onClick={() =>
            download(`${name}.json`, `${JSON.stringify(detail.record, null, 1)}\n`, "application/json")
          }
        >
          {detail.row.kind === "table" ? "table (JSON)" : "record (JSON)"}
        </button>
      ) : (
        <p class="soft">This page does not hold the whole record: {detail.thinned}.</p>
      )}
      {shown === null ? null : (
        <button
          type="button"
          onClick={() =>
            download(`genotype-${name}.json`, `${genotypeJson(shown.genotype)}\n`, "application/json")
          }
        >
          genotype (JSON)
        </button>
      )}
    </div>
  );
}

function Files({ detail: { files, row }, live }: { readonly detail: RunDetail; readonly live: boolean }) {
  return (
    <section class="card" aria-label="files">
      <h2>Files</h2>
      <table class="lined num">
        <thead>
          <tr>
            <th scope="col">file</th>
            <th scope="col" class="num">
              bytes
            </th>
            <th scope="col">changed, UTC</th>
          </tr>
        </thead>
        <tbody>
          {files.map(({ name, bytes, changed }) => (
            <tr key={name}>
              <th scope="row">
                {live ? <a href={`files/${row.id}/${encodeURIComponent(name)}`}>{name}</a> : name}
              </th>
              <td class="num">{siAmount(bytes)}</td>
              <td>{timeText(changed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="soft">In {row.place.split("/").slice(0, -1).join("/") || "the folder given"}.</p>
    </section>
  );
}
