import { availableParallelism } from "node:os";
import "@tensorflow/tfjs-backend-cpu";
import { registerOnnx } from "tfjs-onnxruntime";
import { ConfigError } from "../util/errors";
import { engineVariants } from "./backendChoice";
import { muteGreeting } from "./cpuEngine";
import { type Engine, EngineUnavailable, firstLine, processorName, type RunningEngine } from "./engine";
import { registerFusedKernels } from "./fused/registerFusedKernels";

const providers = engineVariants.onnx;
type Provider = (typeof providers)[number];

/** Names of the devices that are not the processor. */
const deviceNames = { webgpu: "graphics card by WebGPU", cuda: "NVIDIA graphics card" } as const;

const remedies: Readonly<Record<Provider, string>> = {
  cpu: "Run npm install again; ONNX Runtime needs a 64-bit system, and on Linux glibc 2.28 or newer.",
  wasm: "Run npm install again; WebAssembly with SIMD needs Node 20 or newer.",
  webgpu:
    "WebGPU needs a graphics card with a Vulkan, Metal or Direct3D 12 driver; on Linux also libvulkan.so.1.",
  cuda: "The CUDA provider is an extra download: ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node.",
};

/**
 * tfjs on ONNX Runtime, whole training steps as one graph. From npm alone.
 *
 * Variants: the execution provider. Without one the processor: `cpu`, and where its native library does not load the
 * WebAssembly build, `wasm`, about a third as fast. `BARS_ONNX_THREADS` sets the threads, one a
 * processor without it; what is no whole number from 1 on, or far more than there are processors, is a ConfigError. `BARS_ONNX_STAGES=0` computes training steps with ONNX Runtime alone; see docs/engine.md.
 */
export const onnxEngine: Engine = {
  name: "onnx",
  async load(variant) {
    const provider = providers.find((known) => known === variant);
    if (provider) return start(provider);
    try {
      return await start("cpu");
    } catch (cause) {
      if (!(cause instanceof EngineUnavailable)) throw cause;
      // Where neither runs, the reason of the first is the one to mend.
      const running = await start("wasm").catch(() => Promise.reject(cause));
      return { ...running, passedOver: [`onnx:cpu: ${cause.reason}`] };
    }
  },
};

/** More of them are a slip: threads that share processors only wait for each other. */
const mostThreads = () => Math.max(64, 4 * availableParallelism());

/** Threads by `BARS_ONNX_THREADS`; one a processor without it. */
function askedThreads(): number {
  const asked = process.env["BARS_ONNX_THREADS"]?.trim() ?? "";
  const all = availableParallelism();
  if (asked === "") return all;
  const threads = Number(asked);
  if (/^\d+$/.test(asked) && threads >= 1 && threads <= mostThreads()) return threads;
  throw new ConfigError(
    `BARS_ONNX_THREADS: expected a whole number from 1 to ${mostThreads()}, got "${asked}". Unset it for one thread a processor, ${all} here.`,
  );
}

/** Whether steps may run as stages, by `BARS_ONNX_STAGES`: 0 or 1, 1 without it. */
function stagesAsked(): boolean {
  const asked = process.env["BARS_ONNX_STAGES"]?.trim() ?? "";
  if (["", "0", "1"].includes(asked)) return asked !== "0";
  throw new ConfigError(
    `BARS_ONNX_STAGES: expected 0 (ONNX Runtime alone) or 1, got "${asked}". Unset it for stages where they can run.`,
  );
}

async function start(provider: Provider): Promise<RunningEngine> {
  const [threads, wanted] = [askedThreads(), stagesAsked()];
  try {
    const { version, staged, unstaged } = await registerOnnx("onnx", { provider, threads, staged: wanted });
    registerFusedKernels("onnx");
    muteGreeting();
    const device = provider === "cpu" || provider === "wasm" ? processorName() : deviceNames[provider];
    const parts = [version, provider, ...(staged ? ["stages"] : [])];
    const passedOver = unstaged === undefined ? [] : [`stages: ${unstaged}`];
    return {
      registeredAs: "onnx",
      variant: provider,
      version: parts.join(", "),
      device,
      threads,
      passedOver,
    };
  } catch (cause) {
    throw new EngineUnavailable(`it does not load (${firstLine(cause)})`, remedies[provider], { cause });
  }
}
