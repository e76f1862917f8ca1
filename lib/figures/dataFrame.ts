import type { DataFrame } from "danfojs-node/dist/danfojs-base";
import { loadPackage } from "./packageFile";
import type { TableRow } from "./showTable";

/**
 * Rows as a danfojs `DataFrame`, for grouping, joining and describing. Loading danfojs takes seconds, so it happens
 * at the first call; `showTable` alone needs none of it.
 *
 * Note: danfojs gives NaN for the statistics of a column that holds NaN or null.
 */
export function dataFrame(rows: readonly TableRow[]): DataFrame {
  const danfo = loadPackage<{ DataFrame: new (rows: readonly TableRow[]) => DataFrame }>("danfojs-node");
  return new danfo.DataFrame(rows);
}
