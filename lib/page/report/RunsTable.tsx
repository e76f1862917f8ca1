import { useEffect, useMemo, useState } from "preact/hooks";
import { countedOf } from "../../util/counted";
import { csvCell } from "../../util/csvCell";
import { download } from "../shared/files";
import { Scroll } from "../shared/Scroll";
import { ColumnChoice } from "./ColumnChoice";
import { type Column, rowColumns, settingColumn, settingKeys, usualColumns } from "./columns";
import { filterRows, sortRows } from "./filterRows";
import { RunningNow } from "./RunningNow";
import type { ReportRow } from "./reportData";
import { addressOf, type Route } from "./route";
import { type ReportState, store } from "./store";

interface RunsTableProps {
  readonly state: ReportState;
  readonly route: Extract<Route, { page: "runs" }>;
  readonly chosen: ReadonlySet<string>;
  readonly choose: (id: string, on: boolean) => void;
}

/** Rows of one page of the table: what a browser lays out in an instant. */
const pageRows = 50;
const facets = ["kind", "status", "dataset"] as const;

/** All runs: filtered, sorted, with the columns one asks for. The address keeps all three. */
export function RunsTable({ state, route, chosen, choose }: RunsTableProps) {
  const { rows, more } = state;
  const [turned, setPage] = useState(0);
  const asked = route.columns === "" ? usualColumns : route.columns.split(",");
  const known = useMemo(() => new Set<string>(rowColumns.map(({ key }) => key)), []);
  const wantsMore = asked.some((key) => !known.has(key)) || /[A-Za-z][\w]*(\.|[:<>=])/.test(route.filter);
  useEffect(() => {
    if (wantsMore && more === null) void store.loadMore();
  }, [wantsMore, more]);
  const columns = asked.flatMap((key): Column[] =>
    rowColumns
      .filter((column) => column.key === key)
      .concat(known.has(key) || more === null ? [] : [settingColumn(key, more)]),
  );
  const change = (part: Partial<typeof route>) => {
    setPage(0);
    history.replaceState(null, "", addressOf({ ...route, ...part }));
    dispatchEvent(new HashChangeEvent("hashchange"));
  };
  const settings = useMemo(() => new Set(settingKeys(more)), [more]);
  const kept = useMemo(() => {
    const started = performance.now();
    const found = filterRows(rows, route.filter, (row, key) => {
      if (known.has(key) || key === "name") return row[key as keyof ReportRow];
      return settings.has(key) ? (more?.get(row.id)?.settings[key] ?? null) : undefined;
    });
    const down = route.sort.startsWith("-");
    const by = route.sort.replace("-", "");
    const column = columns.find(({ key }) => key === by);
    const value =
      by === ""
        ? ({ updated }: ReportRow) => updated
        : (column?.value ?? ((row: ReportRow) => row[by as keyof ReportRow] ?? null));
    const sorted = sortRows(found, value, by === "" || down);
    return { sorted, ms: performance.now() - started };
  }, [rows, more, route.filter, route.sort]);
  const pages = Math.max(1, Math.ceil(kept.sorted.length / pageRows));
  // A filter that an address brings, and runs that go, leave fewer pages.
  const page = Math.min(turned, pages - 1);
  const shown = kept.sorted.slice(page * pageRows, (page + 1) * pageRows);
  const csv = () => {
    const all = [nameColumn, ...columns];
    const lines = [
      all.map(({ key }) => key),
      ...kept.sorted.map((row) => all.map(({ value }) => value(row))),
    ];
    download("runs.csv", lines.map((cells) => `${cells.map(csvCell).join(",")}\n`).join(""), "text/csv");
  };
  return (
    <section aria-label="runs" data-milliseconds={kept.ms.toFixed(2)}>
      <RunningNow rows={rows} />
      <search class="filters">
        <div class="text">
          <label for="filter">filter: words, test&gt;60%, ops&lt;2M, kind:search, "two words", -not</label>
          <input
            id="filter"
            type="text"
            value={route.filter}
            onInput={({ currentTarget }) => change({ filter: currentTarget.value })}
          />
        </div>
        {facets.map((facet) => (
          <Facet
            key={facet}
            {...{ facet, rows }}
            filter={route.filter}
            onFilter={(filter) => change({ filter })}
          />
        ))}
        <button type="button" onClick={csv}>
          CSV
        </button>
      </search>
      <ColumnChoice {...{ asked, more }} onChange={(keys) => change({ columns: keys.join(",") })} />
      <p role="status" aria-live="polite" class="soft">
        {countedOf(kept.sorted.length, rows.length, "run")}
        {pages > 1 ? `, page ${page + 1} of ${pages}` : ""}
      </p>
      <Scroll label="table of runs">
        <table class="list num">
          <thead>
            <tr>
              <th scope="col" class="pick">
                <span class="visually-hidden">compare</span>
              </th>
              {[nameColumn, ...columns].map((column) => (
                <Heading
                  key={column.key}
                  column={column}
                  sort={route.sort}
                  onSort={(sort) => change({ sort })}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.id}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`compare ${row.name}`}
                    checked={chosen.has(row.id)}
                    onChange={({ currentTarget }) => choose(row.id, currentTarget.checked)}
                  />
                </td>
                <th scope="row">
                  <a href={addressOf({ page: "run", id: row.id })}>{row.name}</a>
                </th>
                {columns.map((column) => (
                  <Cell key={column.key} {...{ row, column }} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {pages > 1 ? (
        <div class="pages">
          <button type="button" disabled={page === 0} onClick={() => setPage(page - 1)}>
            previous
          </button>
          <span>
            {page * pageRows + 1} to {page * pageRows + shown.length}
          </span>
          <button type="button" disabled={page >= pages - 1} onClick={() => setPage(page + 1)}>
            next
          </button>
        </div>
      ) : null}
      {rows.length === 0 ? (
        <p class="warn">There is no run here. Give folders that searches, trainings or sweeps wrote.</p>
      ) : null}
    </section>
  );
}

const nameColumn: Column = {
  key: "name",
  label: "name",
  about: "of the model or of the run's folder",
  isNumber: false,
  value: ({ name }) => name,
  text: String,
};

function Cell({ row, column }: { readonly row: ReportRow; readonly column: Column }) {
  const text = column.text(column.value(row));
  if (column.key === "status")
    return (
      <td>
        <span class={`status ${row.status}`} title={row.detail ?? undefined}>
          {text}
        </span>
      </td>
    );
  const title = ["test", "choice"].includes(column.key) ? (row.measured ?? undefined) : undefined;
  return (
    <td class={`${column.isNumber ? "num" : ""} ${text.length > 28 ? "long" : ""}`} title={title}>
      {text}
    </td>
  );
}

interface HeadingProps {
  readonly column: Column;
  readonly sort: string;
  readonly onSort: (sort: string) => void;
}

function Heading({ column: { key, label, about, isNumber }, sort, onSort }: HeadingProps) {
  const by = sort.replace("-", "");
  const own = by === key || (by === "" && key === "updated");
  const down = sort.startsWith("-") || by === "";
  // Numbers are looked at from the largest, names from the first letter.
  const next = own ? (down ? key : `-${key}`) : isNumber ? `-${key}` : key;
  return (
    <th
      scope="col"
      class={isNumber ? "num" : ""}
      aria-sort={own ? (down ? "descending" : "ascending") : undefined}
      title={about}
    >
      <button type="button" onClick={() => onSort(next)}>
        {label}
        <span aria-hidden="true">{own ? (down ? " ↓" : " ↑") : ""}</span>
      </button>
    </th>
  );
}

interface FacetProps {
  readonly facet: (typeof facets)[number];
  readonly rows: readonly ReportRow[];
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
}

/** A list of a column's values, which writes its choice into the filter. */
function Facet({ facet, rows, filter, onFilter }: FacetProps) {
  const values = useMemo(() => {
    const counts = new Map<string, number>();
    for (const row of rows) {
      const value = row[facet];
      if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }, [rows]);
  const pattern = new RegExp(`(?:^|\\s)${facet}=("[^"]*"|\\S+)`);
  const own = pattern.exec(filter)?.[1]?.replaceAll('"', "") ?? "";
  const choose = (value: string) => {
    const rest = filter.replace(pattern, "").trim();
    const word = value === "" ? "" : `${facet}=${/\s/.test(value) ? `"${value}"` : value}`;
    onFilter([rest, word].filter(Boolean).join(" "));
  };
  return (
    <div>
      <label for={`facet-${facet}`}>{facet === "dataset" ? "data" : facet}</label>
      <select id={`facet-${facet}`} value={own} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        <option value="">all</option>
        {values.map(([value, count]) => (
          <option key={value} value={value}>
            {value} ({count})
          </option>
        ))}
      </select>
    </div>
  );
}
