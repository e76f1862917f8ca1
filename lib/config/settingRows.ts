import { canonicalJson } from "../util/canonicalJson";
import { eachField, type Section } from "./section";

/** One setting as a reference shows it. Plain data. */
export interface SettingRow {
  /** Which config it belongs to: "search", "train". */
  readonly config: string;
  /** Its path inside the config, as `--set` takes it: "cost.budget". */
  readonly path: string;
  readonly type: string;
  /** Bounds or names; "" where there are none. */
  readonly range: string;
  readonly default: unknown;
  /** Values of presets that differ from the default, by the preset's name. */
  readonly presets: Readonly<Record<string, unknown>>;
  readonly unit: string | null;
  readonly meaning: string;
  /** Its own, or that of the section it lies in. */
  readonly source: string | null;
}

/** A config's settings by what they are declared as, with complete settings of its presets by name. */
export interface SettingSource {
  readonly config: string;
  readonly section: Section;
  readonly presets?: Readonly<Record<string, object>>;
}

/** Every setting of a config, in the order of its declaration. */
export function settingRows({ config, section, presets = {} }: SettingSource): SettingRow[] {
  const rows: SettingRow[] = [];
  eachField(section, (path, field, within) => {
    const differing = Object.entries(presets)
      .map(([name, settings]) => [name, valueAt(settings, path, field.default)] as const)
      .filter(([, value]) => canonicalJson(value) !== canonicalJson(field.default));
    rows.push({
      config,
      path: path.join("."),
      type: field.type,
      range: field.range,
      default: field.default,
      presets: Object.fromEntries(differing),
      unit: field.unit ?? null,
      meaning: field.meaning,
      source: field.source ?? within.findLast(({ source }) => source !== undefined)?.source ?? null,
    });
  });
  return rows;
}

/** @param absent what a setting that is left out of complete settings stands for: its default. */
function valueAt(settings: object, path: readonly string[], absent: unknown): unknown {
  const value = path.reduce<unknown>(
    (part, key) => (part as Record<string, unknown> | undefined)?.[key],
    settings,
  );
  return value === undefined ? absent : value;
}

/**
 * Settings as text for a terminal: path, kind, unit, default and presets on a line, the meaning below it.
 *
 * @example
 * ```ts
 * const rows = bars.config.settingsAt("search.seed");
 * console.log(bars.config.settingsText(rows).split("\n")[0]); // seed
 * ```
 */
export function settingsText(rows: readonly SettingRow[], columns = 100): string {
  return rows.map((row) => rowText(row, columns)).join("\n");
}

function rowText(row: SettingRow, columns: number): string {
  const values = [
    `default ${JSON.stringify(row.default)}`,
    ...Object.entries(row.presets).map(([name, value]) => `${name} ${JSON.stringify(value)}`),
  ];
  const kind = `${row.type} ${row.range}`.trimEnd();
  const facts = `${kind}${row.unit === null ? "" : ` (${row.unit})`}; ${values.join(", ")}.`;
  const source = row.source === null ? "" : ` [${row.source}]`;
  return [
    row.path,
    ...wrapped(facts, columns - 4).map((line) => `    ${line}`),
    ...wrapped(`${row.meaning}${source}`, columns - 4).map((line) => `    ${line}`),
  ].join("\n");
}

/** Lines of at most so many letters, broken at spaces. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
