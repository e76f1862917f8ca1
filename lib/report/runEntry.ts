import type { PlainSetting } from "../config/flatSettings";
import type { FrontierRow, ReportRow } from "../page/report/reportData";

/** What a report knows of one file. Plain JSON. */
export interface RunEntry {
  readonly row: ReportRow;
  /** Of the run and of how its model was derived, by path; null for tables. */
  readonly settings: Readonly<Record<string, PlainSetting>> | null;
  readonly frontier: FrontierRow | null;
  /** Why a training is on no frontier; null for those that are, and for other kinds. */
  readonly leftOut: string | null;
}
