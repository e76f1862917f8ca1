import { useEffect, useMemo, useState } from "preact/hooks";
import type { TrainRecord } from "../../records/trainRecord";
import { counted } from "../../util/counted";
import { App as RunsApp } from "../runs/App";
import type { PageAxis, PageRun, RunSource, RunsData } from "../runs/runsData";
import type { MoreOfRun } from "./moreOfRuns";
import type { ReportRow } from "./reportData";
import { addressOf } from "./route";
import { type ReportState, runFile, store } from "./store";

const axes: readonly PageAxis[] = [
  { key: "bops", label: "BOPs", unit: "an image" },
  { key: "ops", label: "OPs", unit: "an image" },
  { key: "flops", label: "FLOPs", unit: "an image" },
  { key: "bits", label: "stored bits", unit: "a model" },
  { key: "parameters", label: "parameters", unit: "a model" },
];

/** Accuracy against cost of the trainings tested on the same images, linked with parallel coordinates of their settings. */
export function Frontier({ state, host }: { readonly state: ReportState; readonly host: HTMLElement }) {
  const { rows, more } = state;
  useEffect(() => {
    if (more === null) void store.loadMore();
  }, [more]);
  const sets = useMemo(() => testSetsOf(rows, more), [rows, more]);
  const [asked, setAsked] = useState("");
  const testSet = sets.some(([name]) => name === asked) ? asked : (sets[0]?.[0] ?? "");
  const data = useMemo(
    () => (more === null ? null : runsDataOf(state, more, testSet)),
    [rows, more, testSet],
  );
  const source = useMemo(() => sourceOf(rows), [rows]);
  if (data === null) return <p role="status">Loading…</p>;
  return (
    <>
      {sets.length < 2 ? null : (
        <div class="filters">
          <div>
            <label for="test-set">tested on</label>
            <select
              id="test-set"
              value={testSet}
              onChange={({ currentTarget }) => setAsked(currentTarget.value)}
            >
              {sets.map(([name, count]) => (
                <option key={name} value={name}>
                  {name}: {counted(count, "run")}
                </option>
              ))}
            </select>
          </div>
        </div>
      )}
      <RunsApp key={testSet} {...{ data, host, source }} />
    </>
  );
}

/** Sets of test images, those of the most runs first: accuracies on different ones are not compared. */
function testSetsOf(
  rows: readonly ReportRow[],
  more: ReadonlyMap<string, MoreOfRun> | null,
): [string, number][] {
  const counts = new Map<string, number>();
  for (const { id } of rows) {
    const name = more?.get(id)?.frontier?.testSet;
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

function runsDataOf(
  { theme, rows }: ReportState,
  more: ReadonlyMap<string, MoreOfRun>,
  testSet: string,
): RunsData {
  const runs: PageRun[] = [];
  const leftOut: { place: string; why: string }[] = [];
  const seen = new Set<string>();
  for (const row of rows) {
    if (row.kind !== "training") continue;
    const own = more.get(row.id);
    if (!own?.frontier) {
      leftOut.push({ place: row.place, why: own?.leftOut ?? row.status });
      continue;
    }
    if (own.frontier.testSet !== testSet) continue;
    if (seen.has(own.frontier.run)) {
      leftOut.push({ place: row.place, why: "the same run is there already" });
      continue;
    }
    seen.add(own.frontier.run);
    const { flops, bops, ops, bits, parameters } = row;
    runs.push({
      ...own.frontier,
      place: row.place,
      name: row.name,
      method: row.method ?? "by hand",
      seed: row.seed ?? 0,
      flops: flops ?? 0,
      bops: bops ?? 0,
      ops: ops ?? 0,
      accuracy: row.test ?? 0,
      costs: { bops, ops, flops, bits, parameters },
      genotype: null,
      about: "",
      curve: { train: [], validation: [], test: [] },
      settings: own.settings,
    });
  }
  const differing = Object.keys(runs[0]?.settings ?? {}).filter(
    (key) => new Set(runs.map(({ settings }) => settings[key])).size > 1,
  );
  const own = runs.map((run) => ({
    ...run,
    settings: Object.fromEntries(differing.map((key) => [key, run.settings[key] ?? null])),
  }));
  return {
    view: "frontier",
    runs: own,
    axes,
    published: [],
    leftOut,
    expression: "found",
    given: "found",
    primitives: [],
    theme,
    channel: null,
  };
}

/** Runs come without their architectures and curves, which are in files of their own. */
function sourceOf(rows: readonly ReportRow[]): RunSource {
  const ids = new Map(rows.map(({ place, id }) => [place, id]));
  return {
    href: ({ place }) => addressOf({ page: "run", id: ids.get(place) ?? "" }),
    async complete(run) {
      const id = ids.get(run.place);
      if (id === undefined || !(await store.load(runFile(id)))) return run;
      const record = store.state?.runs.get(id)?.record as TrainRecord | undefined;
      if (record === undefined) return run;
      const { model, epochs } = record;
      return {
        ...run,
        genotype: model.kind === "genotype" ? model.genotype : null,
        about:
          model.kind === "baseline"
            ? `Hand-made: ${model.family}, block ${model.block}, width ${model.width}.`
            : "",
        curve: {
          train: epochs.map(({ trainAccuracy }) => trainAccuracy),
          validation: epochs.map(({ validation }) => validation?.accuracy ?? null),
          test: epochs.map(({ test }) => test?.accuracy ?? null),
        },
      };
    },
  };
}
