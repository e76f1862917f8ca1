import { spawnSync } from "node:child_process";
import { join } from "node:path";
import vm from "node:vm";
import { beforeAll, describe, expect, it } from "vitest";
import { ConfigError, InterruptedError } from "../../../lib/util/errors";
import { root, scriptModule } from "../scriptModule";

type Print = (...values: unknown[]) => void;
interface Module {
  readonly interruptedLine: string;
  interruptLine(error: unknown): string | null;
  reportInterrupts(executor: {
    createExecutor(folder: string, converters: object, output: object): void;
  }): void;
}
let script: Module;

beforeAll(async () => {
  script = await scriptModule<Module>("kernel/interrupt-line.mjs");
});

describe("interruptLine", () => {
  it("is one line for an interrupted cell that awaits, and for one in synchronous code", () => {
    const synchronous = Object.assign(new Error("Script execution was interrupted by `SIGINT`"), {
      code: "ERR_SCRIPT_EXECUTION_INTERRUPTED",
    });
    expect(script.interruptLine(new Error("Interrupted asynchronously"))).toBe(script.interruptedLine);
    expect(script.interruptLine(synchronous)).toBe(script.interruptedLine);
    expect(script.interruptedLine).not.toContain("\n");
  });

  it("is the library's own message where the library was asked to stop", () => {
    const error = new InterruptedError("search: stopped in epoch 1; everything is saved.");
    expect(script.interruptLine(error)).toBe("search: stopped in epoch 1; everything is saved.");
  });

  it("is null for every other error: those keep their stack", () => {
    expect(script.interruptLine(new ConfigError("searchConfig: unknown key"))).toBeNull();
    expect(script.interruptLine(vm.runInThisContext("new TypeError('x is not a function')"))).toBeNull();
    expect(script.interruptLine("Interrupted asynchronously")).toBeNull();
  });
});

describe("reportInterrupts", () => {
  it("prints the line instead of the error, and leaves all else that the executor prints as it is", () => {
    const printed: unknown[][] = [];
    let given: { log: Print; error: Print } | undefined;
    const executor = {
      createExecutor(_folder: string, _converters: object, output: object) {
        given = output as typeof given;
      },
    };
    script.reportInterrupts(executor);
    const log: Print = () => {};
    executor.createExecutor("", {}, { log, error: (...values: unknown[]) => printed.push(values) });
    const failed = new Error("failed");
    given?.error(new Error("Interrupted asynchronously"));
    given?.error(failed);
    given?.error("%s%d:%d - %s", "", 1, 2, "Cannot find name 'x'.");
    expect(given?.log).toBe(log);
    expect(printed).toEqual([
      [script.interruptedLine],
      [failed],
      ["%s%d:%d - %s", "", 1, 2, "Cannot find name 'x'."],
    ]);
  });
});

describe("start.mjs", () => {
  it("says what it needs when it is started by hand", () => {
    const start = (...args: string[]) =>
      spawnSync(process.execPath, [join(root, "scripts/kernel/start.mjs"), ...args], { encoding: "utf8" });
    const told = (got: string) =>
      `kernel: --config-path expects the connection file that Jupyter wrote, got ${got}. Jupyter starts this; use npm run lab.\n`;
    expect(start()).toMatchObject({ status: 1, stderr: told("nothing") });
    expect(start("--config-path", "/nowhere.json")).toMatchObject({
      status: 1,
      stderr: told("/nowhere.json"),
    });
  });
});
