import { useMemo, useState } from "preact/hooks";
import { App as Explorer } from "../explore/App";
import type { ExploreData, PageRecord as ExploredRecord, PageTheme } from "../explore/exploreData";
import type { RunDetail } from "./reportData";
import type { PageRecord } from "./runParts";

interface DeriveLiveProps {
  readonly detail: RunDetail;
  readonly record: PageRecord;
  readonly host: HTMLElement;
  readonly theme: PageTheme;
}

/** The explorer of derivations, opened on request: every rule at every stored epoch of this search. */
export function DeriveLive({ detail, record, host, theme }: DeriveLiveProps) {
  const [open, setOpen] = useState(false);
  const data = useMemo(() => exploreDataOf(detail, record, theme), [detail, record]);
  if (data === null) return null;
  return (
    <section class="card" aria-label="derive">
      <h2>Derive live</h2>
      {open ? (
        <Explorer data={data} host={host} />
      ) : (
        <p>
          <button type="button" class="primary" onClick={() => setOpen(true)}>
            open the explorer
          </button>{" "}
          <span class="soft">Other rules, epochs and budgets, by the code of bars.derive, in this page.</span>
        </p>
      )}
    </section>
  );
}

function exploreDataOf(detail: RunDetail, record: PageRecord, theme: PageTheme): ExploreData | null {
  if (record.kind !== "bars.search-record" || record.epochs.length === 0) return null;
  const { row, recordHash, thinned } = detail;
  const { data, versions, config } = record;
  const explored: ExploredRecord = {
    ...record,
    recordHash: recordHash ?? "",
    seed: config.seed,
    bars: versions.bars,
    images: `${data.name}: ${data.weightImages} weight + ${data.alphaImages} alpha images`,
  };
  const expression = `bars.readSearchRecord(${JSON.stringify(row.place)})`;
  const notes = [
    ...(record.status === "finished" ? [] : [`This search is ${row.status}, after ${row.progress}.`]),
    ...(thinned === null ? [] : [`${thinned}: no means over windows.`]),
    `1 seed (${config.seed}), no spread known.`,
  ];
  return {
    searches: [
      {
        label: row.name,
        expression,
        record: explored,
        problem: null,
        notes,
        thinned: thinned !== null,
        ownRules: [],
      },
    ],
    primitives: [],
    bars: versions.bars,
    theme,
    start: { search: 0, epoch: record.chosen?.epoch ?? record.epochs.at(-1)?.epoch ?? "start" },
    channel: null,
    page: `report-${row.id}`,
  };
}
