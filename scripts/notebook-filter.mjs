// What git stores of a notebook: its cells, without what running it in Jupyter or an editor adds. Set up by
// `npm install` (the script "prepare") as the clean filter "bars-notebook", which .gitattributes names for notebooks/.
//   node scripts/notebook-filter.mjs             cleans a notebook from standard input; other text passes as it is
//   node scripts/notebook-filter.mjs --install   writes the filter into this clone's git configuration
//   node scripts/notebook-filter.mjs --refresh   makes git status forget notebooks that only differ in what is cleaned
// Needs no package, so that git works in a clone without node_modules.
import { spawnSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const key = "filter.bars-notebook.clean";
/** Run by git's shell in the root of the working tree; at a commit without this file, or without Node, notebooks pass. */
const command =
  "if test -f scripts/notebook-filter.mjs && command -v node >/dev/null 2>&1; then exec node scripts/notebook-filter.mjs; else exec cat; fi";

/** Of this project's kernel, whatever the program that ran the notebook called it. */
const metadata = {
  kernelspec: { display_name: "TypeScript (bars)", language: "typescript", name: "tslab" },
  language_info: {
    codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
    file_extension: ".ts",
    mimetype: "text/typescript",
    name: "typescript",
    version: "3.7.2",
  },
};

/**
 * A notebook as it is stored: no outputs, counts, cell ids and metadata but tags; keys and lines as Jupyter writes them.
 *
 * @param {string} text of a notebook file; anything else comes back as it is
 * @returns {string}
 */
export function cleanNotebook(text) {
  let notebook;
  try {
    notebook = JSON.parse(text);
  } catch {
    return text;
  }
  if (!Array.isArray(notebook?.cells) || notebook.nbformat !== 4) return text;
  const cells = notebook.cells.map((cell) => {
    const { tags } = cell.metadata ?? {};
    return {
      ...(cell.attachments ? { attachments: cell.attachments } : {}),
      cell_type: cell.cell_type,
      ...(cell.cell_type === "code" ? { execution_count: null } : {}),
      metadata: Array.isArray(tags) && tags.length > 0 ? { tags } : {},
      ...(cell.cell_type === "code" ? { outputs: [] } : {}),
      source: linesOf(cell.source),
    };
  });
  return `${JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 4 }, null, 1)}\n`;
}

/** Text as a list of lines with their ends, as Jupyter stores it. */
function linesOf(source) {
  const text = Array.isArray(source) ? source.join("") : String(source ?? "");
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/**
 * Writes the filter into the git configuration of the clone whose root `folder` is.
 *
 * @param {string} folder
 * @returns {boolean} false where there is no git, or the folder is no clone of its own: then nothing is done
 */
export function installFilter(folder) {
  const git = (...args) => spawnSync("git", args, { cwd: folder, encoding: "utf8" });
  const { status, stdout } = git("rev-parse", "--show-toplevel");
  if (status !== 0) return false;
  // An unpacked archive may lie in someone else's repository, whose settings are not ours to change.
  if (realpathSync(stdout.trim()) !== realpathSync(folder)) return false;
  if (git("config", "--local", "--get", key).stdout.trim() === command) return true;
  return git("config", "--local", key, command).status === 0;
}

/**
 * Tells git that notebooks whose cleaned text is the stored one are unchanged. `git diff` and `git commit` see that by
 * themselves; `git status` takes a file of another size for changed until its entry in the index is renewed. Nothing is
 * staged: a notebook that was edited is left alone.
 *
 * @param {string} folder the root of a clone
 * @returns {string[]} the notebooks that were renewed
 */
export function refreshNotebooks(folder) {
  const git = (...args) => spawnSync("git", args, { cwd: folder, encoding: "utf8" });
  if (!installFilter(folder)) return [];
  const changed = git("ls-files", "-z", "--modified", "--", "notebooks/*.ipynb")
    .stdout.split("\0")
    .filter(Boolean);
  return changed.filter((path) => {
    const stored = git("ls-files", "--stage", "--", path).stdout.split(" ")[1];
    const now = git("hash-object", "--path", path, "--", path);
    return now.status === 0 && now.stdout.trim() === stored && git("add", "--", path).status === 0;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
  if (process.argv.includes("--install")) installFilter(root);
  else if (process.argv.includes("--refresh")) refreshNotebooks(root);
  else process.stdout.write(cleanNotebook(readFileSync(0, "utf8")));
}
