import { type Engine, EngineUnavailable, firstLine, processorName } from "./engine";
import { registerWasmKernels } from "./wasm/registerWasmKernels";

/** tfjs on WebAssembly (XNNPACK), completed with the kernels that training needs. From npm alone. */
export const wasmEngine: Engine = {
  name: "wasm",
  async load() {
    try {
      const { version_wasm } = await import("@tensorflow/tfjs-backend-wasm");
      registerWasmKernels();
      return { registeredAs: "wasm", version: version_wasm, device: processorName(), threads: 1 };
    } catch (cause) {
      throw new EngineUnavailable(
        `it does not load (${firstLine(cause)})`,
        "Run npm install again; WebAssembly with SIMD needs Node 20 or newer.",
        { cause },
      );
    }
  },
};
