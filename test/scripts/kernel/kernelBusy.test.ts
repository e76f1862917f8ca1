import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { jupyterPython } from "../jupyterPython";
import { root } from "../scriptModule";

interface Report {
  readonly asked: Record<string, { readonly type: string; readonly meanwhile: boolean }>;
  readonly states: [request: string, state: string][];
}

const python = jupyterPython("kernelBusy");

describe.skipIf(!python)("the kernel, asked other things while cells run", () => {
  it("answers at once, gives each request its own busy and idle, and is shown busy until the last cell ends", async () => {
    const wait = (ms: number) => `await new Promise((done) => setTimeout(done, ${ms}));`;
    const { stdout } = await promisify(execFile)(
      python as string,
      [join(__dirname, "kernelBusy.py"), root, wait(6000), wait(300)],
      { timeout: 200_000 },
    );
    const { asked, states } = JSON.parse(stdout) as Report;
    expect(asked).toEqual({
      kernel_info: { type: "kernel_info_reply", meanwhile: true },
      comm_info: { type: "comm_info_reply", meanwhile: true },
      complete: { type: "complete_reply", meanwhile: true },
      is_complete: { type: "is_complete_reply", meanwhile: true },
    });
    for (const name of [...Object.keys(asked), "first", "second"]) {
      const own = states.filter(([request]) => request === name).map(([, state]) => state);
      expect([name, own[0], own.at(-1), own.filter((state) => state === "idle").length]).toEqual([
        name,
        "busy",
        "idle",
        1,
      ]);
    }
    // What a front end shows: the state that came last, looked at after every idle but the last.
    const shown = states.flatMap(([, state], i) => (state === "idle" ? [states[i + 1]?.[1]] : []));
    expect(shown).toEqual(["busy", "busy", "busy", "busy", "busy", undefined]);
  }, 300_000);
});
