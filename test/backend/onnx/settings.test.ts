import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { onnxEngine } from "../../../lib/backend/onnxEngine";
import { ConfigError } from "../../../lib/util/errors";
import { findNative } from "../../../packages/tfjs-onnxruntime/src/stages/findNative";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("BARS_ONNX_THREADS", () => {
  it.each(["-1", "0", "2.5", "abc", "1e9", "10000"])("%s is refused", async (threads) => {
    vi.stubEnv("BARS_ONNX_THREADS", threads);
    const started = onnxEngine.load();
    await expect(started).rejects.toThrow(ConfigError);
    await expect(started).rejects.toThrow(
      new RegExp(`^BARS_ONNX_THREADS: expected a whole number from 1 to \\d+, got "${threads}"\\. Unset it`),
    );
  });
});

describe("BARS_ONNX_STAGES", () => {
  it.each(["false", "off", "00", "2"])("%s is refused", async (asked) => {
    vi.stubEnv("BARS_ONNX_STAGES", asked);
    await expect(onnxEngine.load()).rejects.toThrow(
      new ConfigError(
        `BARS_ONNX_STAGES: expected 0 (ONNX Runtime alone) or 1, got "${asked}". Unset it for stages where they can run.`,
      ),
    );
  });
});

describe.runIf(findNative() !== undefined)("where steps cannot run as stages", () => {
  it("it is said: the process may not have the addresses that they reserve", () => {
    const module = resolve("packages/tfjs-onnxruntime/dist/stages/findNative.js");
    const program = `console.log(JSON.stringify(require(${JSON.stringify(module)}).lookForNative()))`;
    const found = (limit: string) =>
      JSON.parse(
        execFileSync("bash", ["-c", `ulimit -v ${limit}; exec "$0" -e '${program}'`, process.execPath], {
          encoding: "utf8",
        }),
      );
    expect(found("8388608")).toEqual({
      why: "they reserve 10 GiB of addresses, and ulimit -v allows 8.0 GiB in all",
    });
    expect(found("unlimited")).toEqual({ path: expect.stringMatching(/native\.node$/) });
  });
});
