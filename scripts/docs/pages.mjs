// Writes the pages of the site that are made from something else: settings, command line, and files of the project.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { projectPages } from "../../docs/.vitepress/projectLinks.mjs";
import { root } from "../root.mjs";
import { cliPage } from "./cli.mjs";
import { settingsPage } from "./settings.mjs";

const compiled = (path) => createRequire(import.meta.url)(join(root, "lib/dist", path));

/** The pages made from the compiled library, by their place in docs/. */
export function madePages() {
  const { settingConfigs, settingsAt } = compiled("experiments/allSettings.js");
  const { program } = compiled("cli/main.js");
  return {
    "reference/settings.md": settingsPage(settingConfigs, settingsAt()),
    "reference/cli.md": cliPage(program()),
  };
}

/** Writes them, and copies the project's own texts, into `folder`. */
export function writePages(folder = join(root, "docs")) {
  rmSync(join(folder, "project"), { recursive: true, force: true });
  for (const [page, text] of Object.entries(madePages())) {
    mkdirSync(dirname(join(folder, page)), { recursive: true });
    writeFileSync(join(folder, page), text);
  }
  for (const [source, page] of Object.entries(projectPages)) {
    mkdirSync(dirname(join(folder, page)), { recursive: true });
    copyFileSync(join(root, source), join(folder, page));
  }
}

/** In tables of the API, the type of a section of settings is a link to the page that lists them, not its declaration. */
export function shortenSettings(folder) {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".md")) continue;
    const file = join(folder, name);
    const text = readFileSync(file, "utf8");
    const short = text.replaceAll(
      /\| `SettingsOf`\\<(?:[^|\\\n]|\\.)*\|/g,
      "| [settings](/reference/settings.md) |",
    );
    if (short !== text) writeFileSync(file, short);
  }
}
