import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type NotebookFile, notebookOf, withNotebook } from "./notebookFile";
import { root } from "./scriptModule";

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

function runScript(
  args: string[],
  onText: (text: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<Ended> {
  return new Promise((done) => {
    // The tests' own set-up has compiled the library; scripts side by side must not do it again.
    const env = { ...process.env, BARS_SETUP: "skip" };
    const child = spawn(process.execPath, [join(root, "scripts/run-notebooks.mjs"), ...args], {
      cwd: root,
      env,
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        text += data;
        onText(text, (signal) => child.kill(signal));
      });
    }
    child.on("close", (code) => done({ code, text }));
  });
}

describe.concurrent("npm run notebooks", () => {
  it("writes the executed notebook and a page, shows progress, leaves the notebook alone, and ends with 0", () =>
    withNotebook(
      notebookOf("# Title", "console.log(process.env.BARS_SEED, process.env.BARS_OUT);"),
      async (file, folder) => {
        const before = readFileSync(file, "utf8");
        const out = join(folder, "out");
        const { code, text } = await runScript([file, "--out", out, "--seed", "7"]);
        expect(text).toContain("[1/1] console.log(process.env.BARS_SEED, process.env.BARS_OUT);");
        expect(text).toContain(`      7 ${out}\n`);
        expect(text).toContain("1 of 1 notebook ran through.");
        expect(code).toBe(0);
        expect(readFileSync(file, "utf8")).toBe(before);
        const executed = JSON.parse(readFileSync(join(out, "try.ipynb"), "utf8")) as NotebookFile;
        expect(executed.cells[1]?.outputs?.[0]?.text).toBe(`7 ${out}\n`);
        expect(readFileSync(join(out, "try.html"), "utf8")).toContain("<title>Title</title>");
        const gallery = readFileSync(join(out, "index.html"), "utf8");
        expect(gallery).toContain('<a href="try.html">');
        expect(gallery).toContain("Executed with preset smoke, seed 7.");
      },
    ));

  it("ends with 1 and the error's words when a cell fails, and still writes what there is", () =>
    withNotebook(notebookOf("throw new Error('broken on purpose');"), async (file, folder) => {
      const { code, text } = await runScript([file, "--out", join(folder, "out")]);
      expect(text).toContain("try failed:\nError: broken on purpose");
      expect(text).toMatch(/FAILED try in/);
      expect(code).toBe(1);
      expect(readFileSync(join(folder, "out/try.html"), "utf8")).toContain("broken on purpose");
    }));

  it("ends with 130 after Ctrl-C, leaving no process behind", () =>
    withNotebook(
      notebookOf("console.log('pid', process.pid);\nawait new Promise((r) => setTimeout(r, 60000));"),
      async (file, folder) => {
        let asked = false;
        const { code, text } = await runScript([file, "--out", join(folder, "out")], (soFar, kill) => {
          if (asked || !/pid \d+/.test(soFar)) return;
          asked = true;
          kill("SIGINT");
        });
        expect({ code, text }).toMatchObject({ code: 130 });
        expect(text).toContain("Stopping; work in progress is saved.");
        const pid = Number(/pid (\d+)/.exec(text)?.[1]);
        expect(() => process.kill(pid, 0)).toThrow();
      },
    ));

  it("names an impossible setting", async () => {
    const { code, text } = await runScript(["--timeout", "soon"]);
    expect(text).toBe('run-notebooks: --timeout must be an integer of at least 0, got "soon".\n');
    expect(code).toBe(2);
  });
});
