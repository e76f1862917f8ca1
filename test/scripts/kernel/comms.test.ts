import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { jupyterPython } from "../jupyterPython";
import { root } from "../scriptModule";

const python = jupyterPython("comms");

describe.skipIf(!python)("the kernel's comms", () => {
  it("answer while a cell runs: a slider moves, a button is pressed, an architecture is used in the page", async () => {
    const { stdout } = await promisify(execFile)(python as string, [join(__dirname, "comms.py"), root], {
      timeout: 250_000,
    });
    const report = JSON.parse(stdout) as Record<string, unknown>;
    expect(report).toMatchObject({
      said: 'ready bars.derive(bars.deriveInputOf(record, 4), "argmax")\n',
      models: [
        "AnyModel",
        "ButtonModel",
        "ButtonStyleModel",
        "FloatSliderModel",
        "LayoutModel",
        "SliderStyleModel",
      ],
      versions: ["2.1.0"],
      targets: ["jupyter.widget"],
      // The echo, which ipywidgets 8 waits for, comes before the waiting cell has printed.
      echoes: [["echo_update", true]],
      // A comm of a target nobody handles is closed.
      closed: [["0".repeat(32), true]],
      errors: "",
      listed: true,
    });
    const call = 'bars.derive(bars.deriveInputOf(record, 2), { rule: "top_k", k: 1 })';
    const [before, value, presses, code, operations] = JSON.parse(report["result"] as string) as unknown[];
    expect([before, value, presses, code]).toEqual([2, 3, 1, call]);
    expect(operations).toBeGreaterThan(0);
  }, 300_000);
});
