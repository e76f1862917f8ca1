import { availableParallelism } from "node:os";
import { findBackend, registerBackend, removeBackend, type TensorInfo } from "@tensorflow/tfjs-core";
import { findChannelBlock } from "./channelBlocks";
import type { Device, DeviceSettings } from "./device";
import type { LazyKernel } from "./lazyGraph";
import { findRuntime, findWebRuntime } from "./loadRuntime";
import { localDevice } from "./localDevice";
import { OnnxBackend } from "./onnxBackend";
import { readerModels } from "./readerModels";
import { lazyKernels, registerOnnxKernels } from "./registerOnnxKernels";
import { lookForNative } from "./stages/findNative";
import { ThreadDevice } from "./threadDevice";

/** How the back end runs. */
export interface OnnxSettings extends DeviceSettings {
  /** Calls recorded before they are computed unasked. */
  readonly maxPending: number;
  /** Compiled graphs that are kept. */
  readonly maxPrograms: number;
  /** Bytes that graphs keep between runs for their values, at most. */
  readonly keptBytes: number;
  /** Whether graphs run in a thread of their own, so that the event loop goes on meanwhile. */
  readonly thread: boolean;
  /** Whether training steps run as stages, where native code for their convolutions was built and the processor has its instructions. */
  readonly staged: boolean;
}

/** The settings of those that are left out; threads are those of all processors. */
const defaults: Omit<OnnxSettings, "threads"> = {
  provider: "cpu",
  optimization: "disabled",
  poolBytes: 512 * 2 ** 20,
  maxPending: 100_000,
  maxPrograms: 16,
  keptBytes: 2 ** 30,
  thread: true,
  staged: true,
};

/** A registered back end. */
export interface RegisteredOnnx {
  readonly backend: OnnxBackend;
  /** Version of onnxruntime-node or onnxruntime-web. */
  readonly version: string;
  /** Whether steps run as stages, where they can. */
  readonly staged: boolean;
  /** Why they cannot, where they were to and the system is one on which they could. */
  readonly unstaged?: string;
}

/**
 * Loads ONNX Runtime, registers the back end with tfjs-core under `name` and runs a first graph. Does not select it.
 * The cpu back end should be registered before: its kernels fill the gaps. After a failure nothing is registered.
 *
 * @param given settings; those left out: the processor with all its cores, in a thread of its own.
 * @throws Error if ONNX Runtime is not installed or does not load, or the provider does not run here.
 */
export async function registerOnnx(name: string, given: Partial<OnnxSettings> = {}): Promise<RegisteredOnnx> {
  const settings: OnnxSettings = { ...defaults, threads: availableParallelism(), ...given };
  const { path: stages, why } = settings.staged && settings.provider === "cpu" ? lookForNative() : {};
  const { device, version } = openDevice(settings, stages);
  const channelBlock = settings.provider === "cpu" ? await findChannelBlock(device) : 0;
  registerBackend(
    name,
    () =>
      new OnnxBackend({
        device,
        maxPending: settings.maxPending,
        maxPrograms: settings.maxPrograms,
        keptBytes: settings.keptBytes,
        onProcessor: settings.provider === "cpu" || settings.provider === "wasm",
        channelBlock,
        stageThreads: stages === undefined ? 0 : settings.threads,
      }),
    4,
  );
  const backend = findBackend(name) as unknown as OnnxBackend;
  try {
    await probe(backend);
  } catch (cause) {
    removeBackend(name);
    throw cause;
  }
  registerOnnxKernels(name);
  return { backend, version, staged: stages !== undefined, ...(why === undefined ? {} : { unstaged: why }) };
}

/** The WebAssembly build answers by promises alone, so it always has a thread. */
function openDevice(settings: OnnxSettings, stages: string | undefined): { device: Device; version: string } {
  const { provider, threads, optimization, poolBytes } = settings;
  const common = { provider, threads, optimization, poolBytes, ...(stages ? { stages } : {}) };
  const own = provider === "webgpu" ? { ...common, readers: readerModels() } : common;
  if (provider === "wasm") {
    const paths = findWebRuntime();
    return { device: new ThreadDevice(paths, own), version: paths.version };
  }
  const paths = findRuntime();
  const device = settings.thread ? new ThreadDevice(paths, own) : localDevice(paths, own);
  return { device, version: paths.version };
}

/** Computes −1. */
async function probe(backend: OnnxBackend): Promise<void> {
  const dataId = backend.write(Float32Array.of(1), [1], "float32");
  const [y] = backend.record(negation, { x: { dataId, shape: [1], dtype: "float32" } }, {}) as [TensorInfo];
  const [value] = (await backend.read(y.dataId)) as Float32Array;
  for (const id of [dataId, y.dataId]) backend.disposeData(id);
  if (value !== -1) throw new Error(`a first graph gave ${value} instead of -1`);
}

const negation = lazyKernels.find((kernel) => kernel.name === "Neg") as LazyKernel;
