import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { NativeRuntime } from "./createExecutor";

/** The files a thread needs to load ONNX Runtime by itself. */
export interface RuntimePaths {
  /** onnxruntime-node's wrapper of its native addon, whose calls are synchronous. */
  readonly binding: string;
  /** onnxruntime-common, which has the tensor class the addon knows. */
  readonly common: string;
  readonly version: string;
}

/** @throws Error if onnxruntime-node is not installed. */
export function findRuntime(from: string = __filename): RuntimePaths {
  const near = createRequire(from);
  const manifest = near.resolve("onnxruntime-node/package.json");
  const inside = createRequire(manifest);
  return {
    binding: join(dirname(manifest), "dist", "binding.js"),
    common: inside.resolve("onnxruntime-common"),
    version: (near(manifest) as { version: string }).version,
  };
}

/**
 * Loads ONNX Runtime into this thread. The public interface only offers asynchronous runs; the addon below it runs
 * synchronously, which `dataSync` needs.
 *
 * The function's source text runs in threads, so it refers to nothing outside itself.
 *
 * @throws Error if the addon does not load, or is built otherwise than expected.
 */
export function loadRuntime(load: (path: string) => unknown, paths: RuntimePaths): NativeRuntime {
  const { binding, initOrt } = load(paths.binding) as {
    binding?: { InferenceSession?: NativeRuntime["InferenceSession"] };
    initOrt?: () => void;
  };
  if (!binding?.InferenceSession || !initOrt) {
    throw new Error(`onnxruntime-node ${paths.version} has no synchronous binding; install version 1.30.0`);
  }
  initOrt();
  const { Tensor } = load(paths.common) as Pick<NativeRuntime, "Tensor">;
  return { InferenceSession: binding.InferenceSession, Tensor };
}
