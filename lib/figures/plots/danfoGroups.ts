type Values = readonly unknown[];
type Columns = Record<string, unknown[]>;

/** What of danfojs' groups is used here. */
interface Groups {
  readonly data: readonly Values[];
  readonly columnName: readonly string[];
  readonly colIndex: readonly number[];
  /** Columns of each group. */
  colDict: Record<string, Columns>;
  /** The values that make a group. */
  keyToValue: Record<string, Values>;
  toDataFrame(groups: Record<string, Columns>): unknown;
}

/**
 * Groups whose keys cannot be taken for one another.
 *
 * Note: danfojs 1.2.0 joins the values of a key by hyphens, so that `("a-b", "c")` and `("a", "b-c")` fall together,
 * and 1 and "1"; and a value such as "constructor" ends it. Here a key is the JSON of its values, in objects that
 * inherit nothing. Groups keep the order of danfojs: those with the same first value beside one another.
 */
export function mendGroupKeys(group: Record<string, unknown>): void {
  group["group"] = function (this: Groups) {
    this.colDict = Object.create(null);
    this.keyToValue = Object.create(null);
    for (const row of this.data) {
      const values = this.colIndex.map((column) => row[column]);
      const key = keyOf(values);
      this.keyToValue[key] ??= values;
      this.colDict[key] ??= Object.fromEntries(this.columnName.map((name) => [name, []]));
      this.columnName.forEach((name, i) => {
        (this.colDict[key] as Columns)[name]?.push(row[i]);
      });
    }
    return this;
  };
  group["colKeyDict"] = function (this: Groups, groups: Record<string, Columns>) {
    const byFirst = new Map<string, string[]>();
    for (const key of Object.keys(groups)) {
      const first = keyOf([this.keyToValue[key]?.[0]]);
      byFirst.set(first, [...(byFirst.get(first) ?? []), key]);
    }
    return [...byFirst.values()].flat();
  };
  group["getGroup"] = function (this: Groups, values: Values) {
    const key = keyOf(values);
    return this.toDataFrame({ [key]: { ...this.colDict[key] } });
  };
}

/** NaN and null are one key: what is missing. */
function keyOf(values: Values): string {
  return JSON.stringify(values.map((value) => value ?? null));
}
