import type { TableCell } from "../../records/table";
import { unpackColumn, unpackRows } from "./packedRows";
import type { FrontierRow, ReportMore } from "./reportData";

/** What `data/more.js` says of a run. */
export interface MoreOfRun {
  readonly settings: Readonly<Record<string, TableCell>>;
  readonly frontier: FrontierRow | null;
  readonly leftOut: string | null;
}

/** By id of the run, whatever runs the page's table has by now. */
export function moreOfRuns({ ids, ...packed }: ReportMore): Map<string, MoreOfRun> {
  const settings = unpackRows<MoreOfRun["settings"]>(packed.settings, ids.length);
  const frontier = unpackRows<FrontierRow>(packed.frontier, ids.length);
  const leftOut = unpackColumn(packed.leftOut);
  return new Map(
    ids.map((id, i) => [
      id,
      {
        settings: settings[i] ?? {},
        frontier: frontier[i]?.run ? (frontier[i] as FrontierRow) : null,
        leftOut: (leftOut[i] ?? null) as string | null,
      },
    ]),
  );
}
