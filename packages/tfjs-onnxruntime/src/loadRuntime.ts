import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { NativeRuntime, NativeSession, NativeTensor } from "./createExecutor";

/** The files a thread needs to load ONNX Runtime by itself. */
export interface RuntimePaths {
  /** onnxruntime-node's wrapper of its native addon, whose calls are synchronous. */
  readonly binding: string;
  /** onnxruntime-common, which has the tensor class the addon knows. */
  readonly common: string;
  readonly version: string;
}

/** Where the WebAssembly build lies, and its version. */
export interface WebRuntimePaths {
  readonly entry: string;
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

/** @throws Error if onnxruntime-web is not installed. */
export function findWebRuntime(from: string = __filename): WebRuntimePaths {
  const near = createRequire(from);
  const entry = near.resolve("onnxruntime-web");
  // The package does not export its manifest; the version is that of its entry's folder.
  const manifest = near(join(dirname(entry), "..", "package.json")) as { version: string };
  return { entry, version: manifest.version };
}

/** The parts of onnxruntime-web that are used. */
interface WebRuntime {
  readonly env: { logLevel: string; readonly wasm: { numThreads: number } };
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: object): Promise<WebSession>;
  };
  readonly Tensor: NativeRuntime["Tensor"];
}

interface WebSession {
  run(feeds: object, fetches: readonly string[]): Promise<Record<string, NativeTensor>>;
  release(): Promise<void>;
}

/**
 * Loads the WebAssembly build into this thread, with the native one's interface; its calls give promises. Results are
 * copied into the tensors that wait for them.
 *
 * The function's source text runs in threads, so it refers to nothing outside itself.
 */
export function loadWebRuntime(
  load: (path: string) => unknown,
  paths: WebRuntimePaths,
  threads: number,
): NativeRuntime {
  const { env, InferenceSession, Tensor } = load(paths.entry) as WebRuntime;
  env.logLevel = "error";
  env.wasm.numThreads = threads;
  class Session implements NativeSession {
    session: WebSession | undefined;

    loadModel(bytes: ArrayBufferLike, offset: number, length: number, options: object): Promise<void> {
      const model = new Uint8Array(bytes, offset, length);
      return InferenceSession.create(model, options).then((session) => {
        this.session = session;
      });
    }

    run(
      feeds: Record<string, NativeTensor>,
      fetches: Record<string, NativeTensor | null>,
    ): Promise<Record<string, NativeTensor | null>> {
      const session = this.session as WebSession;
      return session.run(feeds, Object.keys(fetches)).then((results) => {
        for (const [name, tensor] of Object.entries(fetches))
          tensor?.data.set((results[name] as NativeTensor).data);
        return fetches;
      });
    }

    dispose(): void {
      this.session?.release().catch(() => {});
    }
  }
  return { InferenceSession: Session, Tensor };
}
