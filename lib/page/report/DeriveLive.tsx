import { useMemo, useState } from "preact/hooks";
import { App as Explorer } from "../explore/App";
import { firstPlace } from "../explore/derived";
import type {
  ExploreData,
  PageRecord as ExploredRecord,
  PageSearch,
  PageTheme,
} from "../explore/exploreData";
import type { RunDetail } from "./reportData";
import type { PageRecord } from "./runParts";

interface DeriveLiveProps {
  readonly detail: RunDetail;
  readonly record: PageRecord;
  readonly host: HTMLElement;
  readonly theme: PageTheme;
}

/** The explorer of derivations, opened on request: every rule at every stored epoch of a search, or at the fit of a race. */
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
          <span class="soft">
            Other rules{detail.race === null ? ", epochs" : ""} and budgets, by the code of bars.derive, in
            this page.
          </span>
        </p>
      )}
    </section>
  );
}

function exploreDataOf(detail: RunDetail, record: PageRecord, theme: PageTheme): ExploreData | null {
  const found = searchOf(detail, record);
  if (found?.record == null) return null;
  return {
    searches: [found],
    primitives: [],
    bars: found.record.bars,
    theme,
    start: { search: 0, epoch: firstPlace(found.record) as ExploreData["start"]["epoch"] },
    channel: null,
    page: `report-${detail.row.id}`,
  };
}

/** What is derived from; null for a run that has no alphas, or none yet. */
function searchOf(detail: RunDetail, record: PageRecord): PageSearch | null {
  if (detail.race !== null) return detail.race;
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
    label: row.name,
    expression,
    record: explored,
    problem: null,
    notes,
    thinned: thinned !== null,
    ownRules: [],
  };
}
