import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Engine } from "../../lib/backend/engine";
import { BackendError } from "../../lib/util/errors";

// Every test starts with fresh modules: startBackend keeps what runs for the whole life of the process.
let environment: string | undefined;

beforeEach(() => {
  environment = process.env["BARS_BACKEND"];
  delete process.env["BARS_BACKEND"];
  vi.resetModules();
});

afterEach(() => {
  vi.doUnmock("../../lib/backend/engines");
  if (environment === undefined) delete process.env["BARS_BACKEND"];
  else process.env["BARS_BACKEND"] = environment;
});

async function fresh() {
  return import("../../lib/backend/startBackend.js");
}

/** Replaces the engines: those named in `reasons` do not start, the others are the real ones. */
async function withoutEngines(reasons: Record<string, string>) {
  vi.doMock("../../lib/backend/engines", async (original) => {
    const real = (await original()) as { engines: Record<string, Engine> };
    const { EngineUnavailable } = await import("../../lib/backend/engine.js");
    const engines = { ...real.engines };
    for (const [name, reason] of Object.entries(reasons)) {
      const load = async () => {
        throw new EngineUnavailable(reason, "Do something.", { cause: new Error("the cause") });
      };
      engines[name] = { name: name as Engine["name"], load };
    }
    return { engines };
  });
  return fresh();
}

const noTensorflow = { "tfjs-node-gpu": "sees no card", onnx: "no library", "tfjs-node": "not installed" };

describe("startBackend", () => {
  it("takes the first engine that loads and says why it passed over the others", async () => {
    const { startBackend, backendInfo } = await withoutEngines(noTensorflow);
    const info = await startBackend();
    expect(info.name).toBe("wasm");
    expect(info.passedOver).toEqual([
      "tfjs-node-gpu: sees no card",
      "onnx: no library",
      "tfjs-node: not installed",
    ]);
    expect(info.version).toBe("4.22.0");
    expect(info.device.length).toBeGreaterThan(2);
    expect(info.threads).toBeGreaterThanOrEqual(1);
    expect(backendInfo()).toBe(info);
    expect(JSON.parse(JSON.stringify(info))).toEqual(info);
    expect(Object.isFrozen(info) && Object.isFrozen(info.passedOver)).toBe(true);
  });

  it("takes ONNX Runtime, which every installation has, where there is no NVIDIA card", async () => {
    const { startBackend } = await withoutEngines({ "tfjs-node-gpu": "sees no card" });
    const info = await startBackend();
    expect(info.name).toBe("onnx");
    expect(info.passedOver).toEqual(["tfjs-node-gpu: sees no card"]);
  });

  it("prefers the argument to BARS_BACKEND, and BARS_BACKEND to the order of preference", async () => {
    process.env["BARS_BACKEND"] = "wasm";
    const byVariable = await fresh();
    expect((await byVariable.startBackend()).name).toBe("wasm");
    expect((await byVariable.startBackend()).passedOver).toEqual([]);
    vi.resetModules();
    const byArgument = await fresh();
    expect((await byArgument.startBackend("cpu")).name).toBe("cpu");
  });

  it("gives the same answer to later and to simultaneous calls, whatever BARS_BACKEND says then", async () => {
    const { startBackend } = await fresh();
    const [first, second] = await Promise.all([startBackend("cpu"), startBackend("cpu")]);
    process.env["BARS_BACKEND"] = "wasm";
    expect(await startBackend()).toBe(first);
    expect(second).toBe(first);
  });

  it("selects the engine in tfjs", async () => {
    const { tf } = await import("../../lib/backend/index.js");
    const { startBackend } = await fresh();
    await startBackend("cpu");
    expect(tf.getBackend()).toBe("cpu");
  });

  it("selects it again where other code gave tfjs another one, so that a record names the engine that ran", async () => {
    const { tf } = await import("../../lib/backend/index.js");
    const { startBackend } = await fresh();
    const started = await startBackend("wasm");
    await import("@tensorflow/tfjs-backend-cpu");
    await tf.setBackend("cpu");
    expect(await startBackend()).toBe(started);
    expect(tf.getBackend()).toBe("wasm");
  });

  it("refuses another engine than the running one", async () => {
    const { startBackend } = await fresh();
    await startBackend("cpu");
    await expect(startBackend("wasm")).rejects.toThrow(
      "startBackend: expected to start wasm, but cpu is running already; a process has one engine, so set " +
        "BARS_BACKEND=wasm before the first start, or start a new process (a notebook: restart the kernel).",
    );
  });

  it("refuses another variant than the running one", async () => {
    const { startBackend } = await fresh();
    const info = await startBackend("onnx");
    expect(info.version).toContain("cpu");
    await expect(startBackend("onnx:cpu")).resolves.toBe(info);
    await expect(startBackend("onnx:wasm")).rejects.toThrow(
      "startBackend: expected to start onnx:wasm, but onnx:cpu is running already; a process has one engine, so set BARS_BACKEND=onnx:wasm",
    );
  });

  it("names the known engines when it does not know one", async () => {
    const { startBackend } = await fresh();
    await expect(startBackend("gpu")).rejects.toThrow(
      'startBackend: the engine must be one of tfjs-node-gpu, onnx, tfjs-node, wasm, cpu, got "gpu".',
    );
    process.env["BARS_BACKEND"] = "webgl";
    await expect(startBackend()).rejects.toThrow(
      'BARS_BACKEND: the engine must be one of tfjs-node-gpu, onnx, tfjs-node, wasm, cpu, got "webgl".',
    );
  });

  it("says why an engine that was asked for does not start, and lets another be tried", async () => {
    const { startBackend, backendInfo } = await withoutEngines(noTensorflow);
    const failure = await startBackend("tfjs-node").catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: "BackendError",
      message: "startBackend: the engine tfjs-node does not start: not installed. Do something.",
      cause: { message: "the cause" },
    });
    expect(backendInfo).toThrow("backendInfo: no tensor engine is running; await startBackend() first.");
    expect((await startBackend("cpu")).name).toBe("cpu");
  });

  it("lists all reasons if no engine starts", async () => {
    const { startBackend } = await withoutEngines({
      ...noTensorflow,
      wasm: "no SIMD",
      cpu: "gone",
    });
    await expect(startBackend()).rejects.toThrow(
      "startBackend: no engine starts: tfjs-node-gpu: sees no card; onnx: no library; tfjs-node: not installed; " +
        "wasm: no SIMD; cpu: gone. Run npm install again.",
    );
  });

  it("passes over an engine that loads but does not initialise", async () => {
    vi.doMock("../../lib/backend/engines", async (original) => {
      const real = (await original()) as { engines: Record<string, Engine> };
      const load = async () => ({ registeredAs: "nowhere", version: "1", device: "none", threads: 1 });
      return { engines: { ...real.engines, "tfjs-node-gpu": { name: "tfjs-node-gpu", load } } };
    });
    const { startBackend } = await fresh();
    await expect(startBackend("tfjs-node-gpu")).rejects.toThrow(
      /^startBackend: the engine tfjs-node-gpu does not start: .*nowhere.* Run npm install again, or choose another engine\.$/,
    );
  });

  it("does not take an unexpected error for a missing engine", async () => {
    vi.doMock("../../lib/backend/engines", async (original) => {
      const real = (await original()) as { engines: Record<string, Engine> };
      const load = async () => {
        throw new TypeError("a bug");
      };
      return { engines: { ...real.engines, "tfjs-node-gpu": { name: "tfjs-node-gpu", load } } };
    });
    const { startBackend } = await fresh();
    await expect(startBackend()).rejects.toThrow(new TypeError("a bug"));
    await expect(startBackend()).rejects.not.toBeInstanceOf(BackendError);
  });
});

describe("describeBackend", () => {
  it("tells users in one line what runs", async () => {
    const { describeBackend } = await import("../../lib/backend/index.js");
    const info = { name: "wasm", version: "4.22.0", device: "Some CPU", threads: 1, passedOver: [] } as const;
    expect(describeBackend(info)).toBe("wasm 4.22.0 on Some CPU, 1 thread");
    expect(describeBackend({ ...info, threads: 8, passedOver: ["a: b", "c: d"] })).toBe(
      "wasm 4.22.0 on Some CPU, 8 threads (passed over: a: b; c: d)",
    );
  });
});
