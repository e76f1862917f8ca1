import { Command } from "commander";
import { type SettingRow, settingsText } from "../config/settingRows";
import { type SettingConfig, settingConfigs, settingsAt, settingsOf } from "../experiments/allSettings";

/** `bars settings`: every key that can be set, from the library's own declarations. */
export function settingsCommand(): Command {
  return new Command("settings")
    .description("list settings with type, default, values of presets, unit and meaning")
    .argument(
      "[path]",
      `a config (${Object.keys(settingConfigs).join(", ")}), a section (cost) or a setting (cost.budget); default: all`,
    )
    .option("--json", "as JSON")
    .action((path: string | undefined, options: { readonly json?: boolean }) => {
      const rows = settingsAt(path);
      console.log(options.json ? JSON.stringify(rows, null, 1) : byConfig(rows));
    });
}

/** Below the help of a command: the settings its `--set` takes. */
export function settingsHelp(config: SettingConfig): () => string {
  return () =>
    `\nSettings for --set and --config (default of the library, then what presets change):\n\n${settingsText(settingsOf(config))}`;
}

function byConfig(rows: readonly SettingRow[]): string {
  const configs = (Object.keys(settingConfigs) as SettingConfig[]).filter((name) =>
    rows.some(({ config }) => config === name),
  );
  return configs
    .map((name) => {
      const own = rows.filter(({ config }) => config === name);
      return `${name}: ${settingConfigs[name]}\n\n${settingsText(own)}`;
    })
    .join("\n\n");
}
