import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { reload } from "../../lib/util/reload";
import { type NotebookFile, notebookOf, withNotebook } from "../scripts/notebookFile";
import { root, scriptModule } from "../scripts/scriptModule";

interface Execution {
  readonly ok: boolean;
  readonly reason: string | null;
  readonly notebook: NotebookFile;
}
let executeNotebook: (file: string) => Promise<Execution>;

beforeAll(async () => {
  ({ executeNotebook } = await scriptModule<{ executeNotebook: typeof executeNotebook }>(
    "notebook-execution.mjs",
  ));
});

/** Gives a folder a copy of the compiled library that a test may change, beside the project's other packages. */
function copyLibrary(folder: string): void {
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "bars"), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name !== "bars" && !name.startsWith("."))
      symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  cpSync(join(root, "lib/dist"), join(modules, "bars/dist"), { recursive: true });
  cpSync(join(root, "lib/package.json"), join(modules, "bars/package.json"));
}

/** Runs cells in the kernel, beside a library of their own; gives the texts each cell printed. */
async function runCells(...cells: string[]): Promise<string[]> {
  return withNotebook(notebookOf(...cells), async (file, folder) => {
    copyLibrary(folder);
    // A script in the place of the project's compiler: it "compiles" what a cell left for it.
    mkdirSync(join(folder, "node_modules/scripts"));
    writeFileSync(
      join(folder, "node_modules/scripts/build.mjs"),
      'import { existsSync, readFileSync } from "node:fs";\nif (existsSync("broken")) { console.error(readFileSync("broken", "utf8")); process.exit(2); }\n',
    );
    const { reason, notebook } = await executeNotebook(file);
    expect(reason).toBeNull();
    return notebook.cells.map(({ outputs = [] }) => outputs.map(({ text = "" }) => text).join(""));
  });
}

const edit = `import * as fs from "fs";
const dist = require.resolve("bars").replace("index.js", "");
const change = (file: string, from: string, to: string) => {
  const text = fs.readFileSync(dist + file, "utf8");
  if (!text.includes(from)) throw new Error("nothing to change in " + file);
  fs.writeFileSync(dist + file, text.replace(from, to));
};`;

describe("reload", () => {
  it("keeps the library in use when the new one does not compile, does not load or changes the engine; then brings edited functions, their users and new exports with their types into the notebook, and leaves the rest", async () => {
    const attempt = "try { bars.reload(); } catch (error) { console.log(String(error).slice(0, 230)); }";
    const cells = await runCells(
      `import * as bars from "bars";\nimport { cost } from "bars";\nconst { ops } = bars.cost;\nconst one = { flops: 1, bops: 640 };\nconst [tf, costTable] = [bars.tf, bars.costTable];\nconsole.log(ops(one), cost.ops(one), bars.cost.ops(one));\n${edit}`,
      `fs.writeFileSync("broken", "lib/x.ts(1,1): error TS1005: ';' expected.");\n${attempt}\nfs.unlinkSync("broken");`,
      `change("cost/cost.js", "cost.bops / 64", "cost.bops / 32");\nchange("cost/costTable.js", '"use strict";', 'throw new Error("bad edit");');\n${attempt}`,
      'console.log(bars.cost.ops(one));\nchange("cost/costTable.js", \'throw new Error("bad edit");\', \'"use strict";\');',
      `change("backend/index.js", '"use strict";', '"use strict"; // changed');\n${attempt}\nchange("backend/index.js", '"use strict"; // changed', '"use strict";');`,
      'fs.appendFileSync(dist + "index.js", "\\nexports.extra = (n) => n + 1;\\n");\nfs.appendFileSync(dist + "index.d.ts", "export declare const extra: (n: number) => number;\\n");',
      'const done = bars.reload();\nconsole.log(done.changed.join(" "), done.reloaded.includes("cost/costReport"), done.reloaded.includes("random/randomKey"));',
      "console.log(ops(one), cost.ops(one), bars.cost.ops(one), bars.extra(41), bars.tf === tf, JSON.stringify(bars.reload()));",
    );
    expect(cells[0]).toBe("11 11 11\n");
    expect(cells[1]).toBe(
      "BarsError: reload: the library does not compile; the one in use stays.\nlib/x.ts(1,1): error TS1005: ';' expected.\n",
    );
    expect(cells[2]).toBe(
      "BarsError: reload: the changed library does not load; the one in use stays. Error: bad edit\n",
    );
    expect(cells[3]).toBe("11\n");
    expect(cells[4]).toBe(
      "BarsError: reload: backend/index belongs to the tensor engine, which lives as long as the kernel. Restart the kernel to use the change.\n",
    );
    expect(cells[6]).toBe("cost/cost index true false\n");
    expect(cells[7]).toBe('21 21 21 42 true {"changed":[],"reloaded":[]}\n');
  }, 120_000);

  it("says what to do outside a notebook", () => {
    expect(() => reload()).toThrow("reload: works in a notebook only; start the program again instead.");
  });
});
