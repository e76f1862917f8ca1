import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type NotebookFile, notebookOf, withNotebook } from "../scripts/notebookFile";
import { root, scriptModule } from "../scripts/scriptModule";

interface Execution {
  readonly ok: boolean;
  readonly reason: string | null;
  readonly notebook: NotebookFile;
}

it("docs/tutorial.md: its cells run in the kernel, one after the other, as they stand", async () => {
  const { executeNotebook } = await scriptModule<{
    executeNotebook: (file: string, options: object) => Promise<Execution>;
  }>("notebook-execution.mjs");
  const text = readFileSync(join(root, "docs/tutorial.md"), "utf8");
  const cells = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code as string);
  expect(cells.length).toBe(7);
  await withNotebook(notebookOf(...cells), async (file, folder) => {
    // A notebook of the project finds the library through its folder; this one lies elsewhere.
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const { ok, reason, notebook } = await executeNotebook(file, {
      env: { BARS_OUT: join(folder, "out"), BARS_FIGURES_DIR: "" },
    });
    expect(reason).toBeNull();
    expect(ok).toBe(true);
    const printed = JSON.stringify(notebook.cells.map(({ outputs }) => outputs));
    expect(printed).toContain("bin_conv_3x3");
    expect(printed).toContain("image/png");
  });
}, 300_000);
