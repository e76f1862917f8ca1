import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { jupyterPython } from "./jupyterPython";
import { root, scriptModule } from "./scriptModule";

interface CellResult {
  readonly text: string;
  readonly shown: number;
  readonly changed: number;
  readonly bytes: number;
  readonly display: string;
}

const python = jupyterPython("kernelInterrupt");

const settings =
  '{ space: { initChannels: 4, cellLayout: [0, 1, 0], steps: 2 }, epochs: 2, warmupEpochs: 1, evaluationImages: 16, batchSize: 8, data: { dataset: "synthetic", trainImages: 400, testImages: 16 } }';

describe.skipIf(!python)("a search in a real Jupyter kernel", () => {
  it("stops when the kernel is interrupted, with record and checkpoint, and goes on to the end when run again", async () => {
    const { interruptedLine } = await scriptModule<{ interruptedLine: string }>("kernel/interrupt-line.mjs");
    const folder = mkdtempSync(join(tmpdir(), "bars-interrupt-"));
    try {
      const cells = [
        `import * as bars from "bars";\nconst config = bars.presetConfig("smoke", ${settings});`,
        "const record = await bars.search(config, { directory: process.env.BARS_RUN, ...bars.searchDashboard(config) });",
        'const stored = bars.readSearchRecord(process.env.BARS_RUN + "/record.json");\nconsole.log(stored.status, stored.epochs.length);',
      ];
      const { stdout } = await promisify(execFile)(
        python as string,
        [join(__dirname, "kernelInterrupt.py"), root, folder, ...cells],
        { env: { ...process.env, BARS_ONNX_THREADS: "1" }, timeout: 500_000 },
      );
      const [first, stopped, between, again, end] = JSON.parse(stdout) as CellResult[];
      expect(first?.text).toBe("");
      // One display, changed in place, of a bounded size; of the interrupt one plain line, no stack.
      expect(stopped?.shown).toBe(1);
      expect(stopped?.bytes).toBeLessThan(200_000);
      expect(stopped?.text).toBe(`${interruptedLine}\n`);
      expect(between?.text).toMatch(/^interrupted [01]\n$/);
      expect(readdirSync(folder)).toContain("checkpoint.safetensors");
      expect(again?.text).toBe("");
      expect(again?.display).toContain("Finished: 2 epochs");
      expect(end?.text).toBe("finished 2\n");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 600_000);
});
