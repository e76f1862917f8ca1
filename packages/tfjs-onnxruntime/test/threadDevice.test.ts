import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const compiled = resolve(__dirname, "../dist/threadDevice.js");
const folder = mkdtempSync(join(tmpdir(), "device-"));
/** Stands for the native addon: what it does takes a while, and it says when it is done. */
const binding = join(folder, "binding.cjs");
writeFileSync(
  binding,
  `const { existsSync, writeFileSync, writeSync } = require("node:fs");
  const busy = (what) => {
    writeSync(1, what + " begins\\n");
    writeFileSync(process.env.BEGUN + what, "");
    const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    // Until the process has seen it, however long that takes.
    while (what === process.env.AT && !existsSync(process.env.BEGUN + "seen")) wait(5);
    wait(400);
    writeSync(1, what + " ends\\n");
  };
  class InferenceSession { loadModel() { busy("model") } }
  exports.binding = { InferenceSession };
  exports.initOrt = () => busy("runtime");
  exports.Tensor = class {};`,
);

/** What a process prints that does `then` with a device of that addon while that is at `what`. */
function printed(first: string, what: "runtime" | "model", then: string) {
  const begun = join(mkdtempSync(join(folder, "run-")), "begun-");
  const source = `
    const { ThreadDevice } = require(${JSON.stringify(compiled)});
    const device = new ThreadDevice({ binding: ${JSON.stringify(binding)}, common: ${JSON.stringify(binding)}, version: "0" }, {});
    const compile = () => device.send(["compile", 0, { bytes: new Uint8Array(8), inputs: [], outputs: [] }]);
    const model = async () => { await device.settled(); compile(); compile(); device.settled().catch(() => {}); };
    const { existsSync, writeFileSync } = require("node:fs");
    const once = (path, work) => existsSync(path) ? work() : setTimeout(once, 5, path, work);
    ${first}.then(() => once(${JSON.stringify(begun + what)}, () => { writeFileSync(${JSON.stringify(`${begun}seen`)}, ""); ${then} }));`;
  const env = { ...process.env, BEGUN: begun, AT: what };
  const { stdout, status } = spawnSync(process.execPath, ["-e", source], { encoding: "utf8", env });
  return { lines: stdout.trim().split("\n"), status };
}

it.each([
  { first: "Promise.resolve()", at: "runtime", lines: ["runtime begins", "runtime ends"] },
  { first: "model()", at: "model", lines: ["runtime begins", "runtime ends", "model begins", "model ends"] },
] as const)(
  "a process that ends does not stop the thread inside native code, which would abort it, and begins nothing more: $lines",
  ({ first, at, lines }) => {
    expect(printed(first, at, "process.exit(130)")).toEqual({ lines, status: 130 });
  },
);

it("a device that is closed finishes what it is doing first", () => {
  expect(printed("model()", "model", "device.close()")).toEqual({
    lines: ["runtime begins", "runtime ends", "model begins", "model ends"],
    status: 0,
  });
});
