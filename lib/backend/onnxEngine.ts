import { availableParallelism } from "node:os";
import "@tensorflow/tfjs-backend-cpu";
import { muteGreeting } from "./cpuEngine";
import { type Engine, EngineUnavailable, firstLine, processorName } from "./engine";
import { registerFusedKernels } from "./fused/registerFusedKernels";
import { registerOnnx } from "./onnx/startOnnx";

const providers = ["cpu", "webgpu", "cuda"] as const;

/** Names of the devices that are not the processor. */
const deviceNames = { webgpu: "graphics card by WebGPU", cuda: "NVIDIA graphics card" } as const;

const remedies = {
  cpu: "Run npm install again; ONNX Runtime needs a 64-bit system, and on Linux glibc 2.28 or newer.",
  webgpu:
    "WebGPU needs a graphics card with a Vulkan, Metal or Direct3D 12 driver; on Linux also libvulkan.so.1.",
  cuda: "The CUDA provider is an extra download: npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12.",
} as const;

/**
 * tfjs on ONNX Runtime, whole training steps as one graph. From npm alone.
 *
 * Variants: the execution provider, `cpu` without one. `BARS_ONNX_THREADS` sets the threads of one operator, all
 * processors without it.
 */
export const onnxEngine: Engine = {
  name: "onnx",
  variants: providers,
  async load(variant) {
    const provider = providers.find((known) => known === variant) ?? "cpu";
    const threads = Number(process.env["BARS_ONNX_THREADS"]) || availableParallelism();
    try {
      const { version } = await registerOnnx("onnx", {
        provider,
        threads,
        optimization: "disabled",
        poolBytes: 512 * 2 ** 20,
        maxPending: 100_000,
        maxPrograms: 16,
        thread: true,
      });
      registerFusedKernels("onnx");
      muteGreeting();
      const device = provider === "cpu" ? processorName() : deviceNames[provider];
      return { registeredAs: "onnx", version: `${version}, ${provider}`, device, threads };
    } catch (cause) {
      throw new EngineUnavailable(`it does not load (${firstLine(cause)})`, remedies[provider], { cause });
    }
  },
};
