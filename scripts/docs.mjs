// npm run docs [-- --out FOLDER] | npm run docs:dev
// Builds the documentation site: pages from the library, the API from its docstrings, all of it as static files.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { brokenLinks } from "./docs/builtLinks.mjs";
import { pictureProblem } from "./docs/rooms.mjs";
import { ensureReady, outdatedPackages, root } from "./ensure-installed.mjs";
import { typedPath } from "./usage.mjs";

const usage = `usage: npm run docs [-- --out FOLDER] [-- --dev]
  --out   where the site goes (docs/.vitepress/dist)
  --dev   serve it on this machine instead, and follow changes of pages`;
const docs = join(root, "docs");

function run(title, script, args) {
  console.log(title);
  const { status } = spawnSync(process.execPath, [join(docs, "node_modules", script), ...args], {
    cwd: docs,
    stdio: "inherit",
    // No colours in a log, and nothing asked of another machine.
    env: { ...process.env, DO_NOT_TRACK: "1" },
  });
  if (status !== 0) {
    console.error(`docs: ${script} failed (exit code ${status}); its messages are above.`);
    process.exit(status ?? 1);
  }
}

/** Installs the site's own packages where they are missing or of another version than its lock file says. */
function ensureDocsPackages() {
  const outdated = outdatedPackages(docs);
  if (outdated !== null && outdated.length === 0) return;
  console.log("The packages that build the site are not there; running npm ci in docs/.");
  const npm = process.env.npm_execpath;
  const [command, args] =
    npm && /npm-cli\.c?js$/.test(npm) ? [process.execPath, [npm, "ci"]] : ["npm", ["ci"]];
  const { status } = spawnSync(command, args, {
    cwd: docs,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error("docs: npm ci failed in docs/; see its messages above. The library does not need it.");
    process.exit(status ?? 1);
  }
}

const { values } = parseArgs({
  options: { out: { type: "string" }, dev: { type: "boolean", default: false }, help: { type: "boolean" } },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
await ensureReady();
ensureDocsPackages();
const problem = pictureProblem();
if (problem) {
  console.error(problem);
  process.exit(1);
}
const { shortenSettings, writePages } = await import("./docs/pages.mjs");
writePages();
const { version } = JSON.parse(readFileSync(join(docs, "node_modules/typedoc/package.json"), "utf8"));
run(`API reference (typedoc ${version})`, "typedoc/bin/typedoc", [
  "--options",
  "typedoc.json",
  "--logLevel",
  "Error",
]);
shortenSettings(join(docs, "reference/api"));
if (values.dev) run("Serving", "vitepress/bin/vitepress.js", ["dev", "."]);
else {
  const out = values.out === undefined ? join(docs, ".vitepress/dist") : typedPath(values.out);
  run("Site", "vitepress/bin/vitepress.js", ["build", ".", "--outDir", out]);
  if (!existsSync(join(out, "index.html"))) throw new Error(`docs: expected ${out}/index.html, found none.`);
  const broken = brokenLinks(out, process.env.BARS_DOCS_BASE ?? "/");
  if (broken.length > 0) {
    console.error(`docs: links that lead nowhere:\n${broken.slice(0, 20).join("\n")}`);
    process.exit(1);
  }
  console.log(`The site is in ${out}; npx vite preview, or any file server, shows it.`);
}
