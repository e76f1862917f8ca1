import type { DataFrame } from "danfojs-node/dist/danfojs-base";
import { ConfigError } from "../../util/errors";
import { showValue } from "../../util/showValue";
import { danfoWithMissing } from "../plots/danfoMissing";
import type { TableRow } from "./showTable";

/** Members of a danfojs frame that it needs itself, and that a column of the same name would hide from it. */
const needed = /^(\$.*|columns|values|dtypes|shape|column|groupby|describe|head|iloc|print)$/;

/** What danfojs calls the kinds of columns. */
type ColumnType = "int32" | "float32" | "boolean" | "string";

/**
 * Rows as a danfojs `DataFrame`, for grouping, joining and describing. Loading danfojs takes seconds, so it happens
 * at the first call; `showTable` alone needs none of it.
 *
 * Columns are the union of the rows' keys, in the order in which they first appear; a value stands in the column of
 * its key, whatever the order of keys in its row. A column of numbers holds NaN where a row has none (undefined, null
 * or no such key), a column of text holds null. Statistics leave missing values out: `mean()`, `describe()` and
 * `groupby()` count, average and spread over the numbers that are there, and give NaN where there are none. Of a
 * single value no spread is known: `std` and `var` are NaN.
 *
 * @throws ConfigError for rows that are no list of objects, and for a column with the name of a member that danfojs needs: `values`, `columns`, `shape`, ….
 *
 * @example
 * ```ts
 * const frame = bars.dataFrame([{ rule: "argmax", bops: 10 }, { rule: "sample", bops: 30 }]);
 * console.log(frame.shape, frame["bops"].mean()); // [2,2] 20
 * ```
 */
export function dataFrame(rows: readonly TableRow[]): DataFrame {
  checkRows(rows);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const taken = columns.find((name) => needed.test(name));
  if (taken !== undefined)
    throw new ConfigError(
      `dataFrame: a column must not be called "${taken}", which a danfojs frame has itself; rename it in the rows.`,
    );
  const cells = columns.map((name) =>
    rows.map((row) =>
      Object.hasOwn(row, name) ? ((row as Readonly<Record<string, unknown>>)[name] ?? null) : null,
    ),
  );
  const types = cells.map(typeOf);
  const values = rows.map((_, row) => {
    return cells.map((column, i) => column[row] ?? (types[i] === "string" ? null : Number.NaN));
  });
  const { DataFrame } = danfoWithMissing();
  return rows.length === 0 ? new DataFrame([]) : new DataFrame(values, { columns, dtypes: types });
}

/** In notebooks, whose cells are not type-checked where values come from JSON. */
function checkRows(rows: unknown): void {
  if (!Array.isArray(rows))
    throw new ConfigError(`dataFrame: expected a list of rows, got ${showValue(rows)}. Give [{ … }, { … }].`);
  const bad = rows.findIndex((row) => typeof row !== "object" || row === null || Array.isArray(row));
  if (bad >= 0)
    throw new ConfigError(
      `dataFrame: row ${bad} must be an object of columns and values, got ${showValue(rows[bad])}.`,
    );
}

/** danfojs would guess the type, and takes text of digits for numbers. */
function typeOf(values: readonly unknown[]): ColumnType {
  const there = values.filter((value) => value !== null);
  if (there.length > 0 && there.every((value) => typeof value === "boolean")) return "boolean";
  if (!there.every((value) => typeof value === "number")) return "string";
  return values.every(Number.isInteger) ? "int32" : "float32";
}
