import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type NotebookFile, notebookOf, type OutputFile, withNotebook } from "./notebookFile";
import { scriptModule } from "./scriptModule";

interface Event {
  readonly kind: string;
  readonly position: number;
  readonly total: number;
}
interface Options {
  readonly env?: Record<string, string>;
  readonly timeoutSeconds?: number;
  readonly onEvent?: (event: Event) => void;
  readonly signal?: AbortSignal;
}
interface Execution {
  readonly ok: boolean;
  readonly reason: string | null;
  readonly notebook: NotebookFile;
}
interface Module {
  executeNotebook(file: string, options?: Options): Promise<Execution>;
  readNotebook(file: string): NotebookFile;
}

let executeNotebook: Module["executeNotebook"];
let readNotebook: Module["readNotebook"];

beforeAll(async () => {
  ({ executeNotebook, readNotebook } = await scriptModule<Module>("notebook-execution.mjs"));
});

const outputsOf = ({ notebook }: Execution, cell: number): OutputFile[] =>
  notebook.cells[cell]?.outputs ?? [];
const run = (sources: string[], options: Options = {}) =>
  withNotebook(notebookOf(...sources), (file) => executeNotebook(file, options));

describe.concurrent("executeNotebook", () => {
  it("runs TypeScript cells in order in the notebook's folder, with parameters, keeps what they declare, numbers them, and replaces displays that are written again", async () => {
    const events: string[] = [];
    const result = await run(
      [
        "# Title",
        "const x: number = 20;\nconsole.log('a'); console.log('b'); console.error('c');",
        "import { display } from 'tslab';\ndisplay.html('<b>bold</b>');\nawait Promise.resolve();\nx + 1",
        "import { newDisplay } from 'tslab';\nconst d = newDisplay();\nfor (const i of [1, 2, 3]) d.text(String(i));\n" +
          "console.log(process.env.BARS_PRESET, process.cwd().includes('bars-notebook-'));",
      ],
      {
        env: { BARS_PRESET: "smoke" },
        onEvent: ({ kind, position, total }) => events.push(`${kind} ${position}/${total}`),
      },
    );
    expect(result.reason).toBeNull();
    expect(result.ok).toBe(true);
    expect(outputsOf(result, 1)).toEqual([
      { output_type: "stream", name: "stdout", text: "a\nb\n" },
      { output_type: "stream", name: "stderr", text: "c\n" },
    ]);
    expect(outputsOf(result, 2)).toEqual([
      { output_type: "display_data", data: { "text/html": "<b>bold</b>" }, metadata: {} },
      { output_type: "stream", name: "stdout", text: "21\n" },
    ]);
    expect(outputsOf(result, 3)).toEqual([
      { output_type: "display_data", data: { "text/plain": "3" }, metadata: {} },
      { output_type: "stream", name: "stdout", text: "smoke true\n" },
    ]);
    expect(result.notebook.cells.map((cell) => cell.execution_count)).toEqual([undefined, 1, 2, 3]);
    expect(events.filter((event) => !event.startsWith("output"))).toEqual([
      "ready 0/3",
      ...[1, 2, 3].flatMap((cell) => [`begin ${cell}/3`, `end ${cell}/3`]),
      "done 0/3",
    ]);
  });

  it("stops at the first cell that throws, with the error's own words and place", async () => {
    const result = await run([
      "console.log('before');\nthrow new RangeError('out of it');",
      "console.log('never');",
    ]);
    expect(result.ok).toBe(false);
    expect(result.reason).toContain("RangeError: out of it");
    expect(outputsOf(result, 0).map(({ output_type }) => output_type)).toEqual(["stream", "error"]);
    expect(outputsOf(result, 0)[1]).toMatchObject({ ename: "RangeError", evalue: "out of it" });
    expect(outputsOf(result, 1)).toEqual([]);
  });

  it("fails on type errors, naming line and column", async () => {
    const result = await run(["const n: number = 'text';"]);
    expect(result.reason).toBe("1:7 - Type 'string' is not assignable to type 'number'.");
    expect(outputsOf(result, 0)[0]?.ename).toBe("CompileError");
  });

  it("fails on a rejection that nothing handles, even when the cell itself ran through", async () => {
    const result = await run(["void Promise.reject(new Error('lost'));\nconsole.log('done');"]);
    expect(result.reason).toContain("Nothing awaited or caught this:\nError: lost");
  });

  it("ends a cell that never yields when its time is over, and keeps what came before", async () => {
    const never = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);";
    const result = await run(["console.log('begun');", never], { timeoutSeconds: 10 });
    expect(result.reason).toBe("cell 2 took longer than 10 s");
    expect(outputsOf(result, 0)[0]?.text).toBe("begun\n");
    expect(outputsOf(result, 1)[0]).toMatchObject({ output_type: "error", ename: "TimeoutError" });
  });

  it("says so when a cell ends the process", async () => {
    const result = await run(["process.exit(3);", "console.log('never');"]);
    expect(result.reason).toBe("the notebook's process ended by itself with code 3.");
  });

  it("lets an interrupted cell save its work, and begins no other", async () => {
    const controller = new AbortController();
    const code =
      "import { writeFileSync } from 'fs';\nawait new Promise<void>((done) => { process.once('SIGINT', () => { writeFileSync('saved', ''); done(); }); setTimeout(() => console.log('waiting'), 100); setTimeout(done, 30000); });";
    await withNotebook(notebookOf(code, "console.log('never');"), async (file, folder) => {
      const onEvent = ({ kind }: Event) => kind === "output" && controller.abort();
      const result = await executeNotebook(file, { onEvent, signal: controller.signal });
      expect(result.reason).toBe("interrupted");
      expect(existsSync(join(folder, "saved"))).toBe(true);
      expect(outputsOf(result, 1)).toEqual([]);
    });
  });
});

describe("readNotebook", () => {
  it("names a file that is no notebook", () =>
    withNotebook(notebookOf("1"), async (file) => {
      const notebook = JSON.parse(readFileSync(file, "utf8")) as object;
      writeFileSync(file, JSON.stringify({ ...notebook, nbformat: 3 }));
      expect(() => readNotebook(file)).toThrow(`${file}: expected a notebook of format 4, got format 3.`);
      writeFileSync(file, "{");
      expect(() => readNotebook(file)).toThrow(
        `${file}: expected a Jupyter notebook (.ipynb), got something unreadable`,
      );
    }));
});
