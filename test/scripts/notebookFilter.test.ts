import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { root, scriptModule } from "./scriptModule";

interface Module {
  cleanNotebook(text: string): string;
  installFilter(folder: string): boolean;
  refreshNotebooks(folder: string): string[];
}
interface Cell {
  cell_type: string;
  source: string[];
  outputs?: object[];
  execution_count?: number | null;
  metadata: object;
  id?: string;
}
interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat_minor: number;
}

let script: Module;
let folder: string;
const name = "notebooks/02-derive-strategies.ipynb";
const stored = readFileSync(join(root, name), "utf8");

beforeAll(async () => {
  script = await scriptModule<Module>("notebook-filter.mjs");
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bars-filter-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The notebook after a front end ran and saved it: all that Jupyter, JupyterLab and VS Code put into a file. */
function ran(text: string): string {
  const notebook = JSON.parse(text) as Notebook;
  notebook.cells.forEach((cell, i) => {
    cell.id = `cell-${i}`;
    cell.metadata = { collapsed: true, scrolled: true, execution: { "iopub.status.idle": "2026-01-01" } };
    if (cell.cell_type !== "code") return;
    cell.execution_count = i;
    cell.outputs = [{ output_type: "stream", name: "stdout", text: ["网 \u2028 done\n"] }];
  });
  notebook.metadata = { ...notebook.metadata, widgets: {}, kernelspec: { name: "another" } };
  notebook.nbformat_minor = 5;
  return JSON.stringify(notebook);
}

/** git in the folder, without settings of this machine and of a repository around the tests. */
function git(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const outside = Object.entries(process.env).filter(([key]) => !key.startsWith("GIT_"));
  const env = {
    ...Object.fromEntries(outside),
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
  };
  const user = ["-c", "user.name=a", "-c", "user.email=a@b"];
  return spawnSync("git", [...user, ...args], { cwd: folder, encoding: "utf8", env });
}

/** A clone of the project in small: the filter, its attribute and one notebook, committed; no node_modules. */
function clone(): void {
  for (const file of ["scripts/notebook-filter.mjs", ".gitattributes", name])
    cpSync(join(root, file), join(folder, file));
  git("init", "-q");
  expect(script.installFilter(folder)).toBe(true);
  git("add", "-A");
  expect(git("commit", "-qm", "all").status).toBe(0);
}

const hasGit = spawnSync("git", ["--version"]).status === 0;

describe("cleanNotebook", () => {
  it.each(readdirSync(join(root, "notebooks")).filter((file) => file.endsWith(".ipynb")))(
    "leaves %s as it is stored, and brings it back after a run",
    (file) => {
      const text = readFileSync(join(root, "notebooks", file), "utf8");
      expect(script.cleanNotebook(text)).toBe(text);
      expect(script.cleanNotebook(ran(text))).toBe(text);
    },
  );

  it("keeps what belongs to the author: sources, attachments and tags", () => {
    const notebook = JSON.parse(stored) as Notebook;
    const attachments = { "a.png": { "image/png": "aGk=" } };
    Object.assign(notebook.cells[0] as Cell, {
      source: "# one\ntwo",
      attachments,
      metadata: { tags: ["x"] },
    });
    const [first] = (JSON.parse(script.cleanNotebook(JSON.stringify(notebook))) as Notebook).cells;
    expect(first).toEqual({
      attachments,
      cell_type: "markdown",
      metadata: { tags: ["x"] },
      source: ["# one\n", "two"],
    });
  });

  it.each(["", "{", "null", "[]", '{"cells":[],"nbformat":3}', "<<<<<<< conflict"])(
    "passes on what is no notebook: %s",
    (text) => {
      expect(script.cleanNotebook(text)).toBe(text);
    },
  );
});

describe.skipIf(!hasGit)("the filter in a clone", () => {
  it("leaves the tracked file as it was when the notebook is run, and shows an edit as that edit", () => {
    clone();
    writeFileSync(join(folder, name), ran(stored));
    expect(git("diff")).toMatchObject({ stdout: "", stderr: "" });
    expect(script.refreshNotebooks(folder)).toEqual([name]);
    expect(git("status", "--porcelain")).toMatchObject({ stdout: "", stderr: "" });
    expect(script.refreshNotebooks(folder)).toEqual([]);
    writeFileSync(join(folder, name), ran(stored.replace("# One search, which", "# Many searches, which")));
    const changed = git("diff", "-U0")
      .stdout.split("\n")
      .filter((line) => /^[-+](?![-+])/.test(line));
    expect(changed).toEqual([
      '-    "# One search, which architecture?\\n",',
      '+    "# Many searches, which architecture?\\n",',
    ]);
    git("add", "-A");
    expect(git("show", `:${name}`).stdout).toBe(
      stored.replace("# One search, which", "# Many searches, which"),
    );
  });

  it("is no hindrance at a commit that lacks the script, nor without Node on PATH", () => {
    clone();
    rmSync(join(folder, "scripts"), { recursive: true });
    writeFileSync(join(folder, name), ran(stored));
    expect(git("add", "-A")).toMatchObject({ status: 0, stderr: "" });
    expect(git("show", `:${name}`).stdout).toBe(ran(stored));
    // The same command with the script there and nothing on PATH but git's own programs.
    cpSync(join(root, "scripts/notebook-filter.mjs"), join(folder, "scripts/notebook-filter.mjs"));
    const command = git("config", "filter.bars-notebook.clean").stdout.trim();
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const cat = spawnSync("sh", ["-c", "command -v cat"], { encoding: "utf8" }).stdout.trim();
    cpSync(cat, join(bin, "cat"), { dereference: true });
    const passed = spawnSync("/bin/sh", ["-c", command], {
      cwd: folder,
      env: { PATH: bin },
      input: "text",
      encoding: "utf8",
    });
    expect(passed).toMatchObject({ status: 0, stdout: "text", stderr: "" });
  });
});

describe("installFilter", () => {
  const installed = (where: string, env = process.env) =>
    spawnSync(process.execPath, [join(where, "scripts/notebook-filter.mjs"), "--install"], {
      env,
      encoding: "utf8",
    });
  const unpack = (where: string) =>
    cpSync(join(root, "scripts/notebook-filter.mjs"), join(where, "scripts/notebook-filter.mjs"));

  it("does nothing, and says nothing, where there is no repository or no git", () => {
    unpack(folder);
    expect(installed(folder)).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect(installed(folder, { PATH: "/nowhere" })).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect(readdirSync(folder)).toEqual(["scripts"]);
  });

  it.skipIf(!hasGit)("leaves the settings of a repository around the project alone", () => {
    git("init", "-q");
    const before = readFileSync(join(folder, ".git/config"), "utf8");
    unpack(join(folder, "vendor"));
    expect(installed(join(folder, "vendor"))).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect(script.installFilter(join(folder, "vendor"))).toBe(false);
    expect(readFileSync(join(folder, ".git/config"), "utf8")).toBe(before);
  });

  it.skipIf(!hasGit)("is written once, however often it is asked for, by npm's prepare", () => {
    git("init", "-q");
    unpack(folder);
    for (let i = 0; i < 2; i++) expect(installed(folder).status).toBe(0);
    expect(git("config", "--get-all", "filter.bars-notebook.clean").stdout.trim().split("\n")).toHaveLength(
      1,
    );
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: { prepare: string };
    };
    expect(scripts.prepare).toContain("node scripts/notebook-filter.mjs --install");
    expect(readFileSync(join(root, ".gitattributes"), "utf8")).toContain(
      "notebooks/*.ipynb filter=bars-notebook",
    );
  });
});
