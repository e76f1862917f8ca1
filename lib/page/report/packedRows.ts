import type { TableCell } from "../../records/table";
import type { PackedColumn, PackedRows } from "./reportData";

/**
 * Rows as columns: a name once instead of once a row, and text that repeats as places in a list. Five thousand rows of a
 * report take a third of the room they take as objects.
 */
export function packRows<T extends object>(rows: readonly T[], keys: readonly string[]): PackedRows {
  return Object.fromEntries(
    keys.map((key) => [
      key,
      packColumn(rows.map((row) => ((row as Record<string, unknown>)[key] ?? null) as TableCell)),
    ]),
  );
}

/** One column; with a list of distinct values where fewer than half are. */
export function packColumn(values: readonly TableCell[]): PackedColumn {
  const places = new Map<TableCell, number>();
  for (const value of values) if (!places.has(value)) places.set(value, places.size);
  if (places.size > values.length / 2) return values;
  return { values: [...places.keys()], codes: values.map((value) => places.get(value) as number) };
}

/** Values of a packed column, in order. */
export function unpackColumn(column: PackedColumn): TableCell[] {
  if (!("codes" in column)) return [...column];
  return column.codes.map((code) => column.values[code] ?? null);
}

/** The rows that {@link packRows} packed. */
export function unpackRows<T>(packed: PackedRows, count: number): T[] {
  const columns = Object.entries(packed).map(([key, column]) => [key, unpackColumn(column)] as const);
  return Array.from(
    { length: count },
    (_, i) => Object.fromEntries(columns.map(([key, values]) => [key, values[i] ?? null])) as T,
  );
}
