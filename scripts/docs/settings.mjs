// The page of all settings, from their declarations: what `bars settings` prints.
import { cell, code, table } from "./markdown.mjs";

/**
 * @param {Readonly<Record<string, string>>} configs what each config is for
 * @param {readonly object[]} rows as `bars settings --json` prints them
 */
export function settingsPage(configs, rows) {
  const parts = Object.entries(configs).map(([config, about]) => {
    const own = rows.filter((row) => row.config === config);
    const sections = Map.groupBy
      ? Map.groupBy(own, sectionOf)
      : own.reduce(
          (all, row) => all.set(sectionOf(row), [...(all.get(sectionOf(row)) ?? []), row]),
          new Map(),
        );
    const tables = [...sections].map(([section, settings]) => {
      const title = section === "" ? "" : `### ${config}: ${section}\n\n`;
      return `${title}${table(["setting", "values", "meaning"], settings.map(settingRow))}`;
    });
    return `## ${config}\n\nFor ${cell(about)}.\n\n${tables.join("\n\n")}`;
  });
  return `# Settings

Every key that can be set, with type and range, the library's default and what presets change. Set one from a shell with
\`--set cost.budget=2e6\`, several in a JSON file with \`--config\`, in a cell as \`bars.presetConfig("laptop", { cost: { budget: 2e6 } })\`.
\`npx bars settings\` prints this list.

${parts.join("\n\n")}
`;
}

/** The sections a setting lies in, without its own name. */
function sectionOf({ path }) {
  return path.split(".").slice(0, -1).join(".");
}

function settingRow({ path, type, range, default: value, presets, unit, meaning, source }) {
  const kind = `${type} ${range}`.trim() + (unit === null ? "" : ` (${unit})`);
  const changed = Object.entries(presets).map(([name, set]) => `${name} ${code(JSON.stringify(set))}`);
  const values = [cell(kind), `default ${code(JSON.stringify(value))}`, ...changed].join("<br>");
  return [code(path), values, `${cell(meaning)}${source === null ? "" : ` [${cell(source)}]`}`];
}
