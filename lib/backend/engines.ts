import type { BackendName } from "./backendInfo";
import { cpuEngine } from "./cpuEngine";
import type { Engine } from "./engine";
import { onnxEngine } from "./onnxEngine";
import { tfjsNodeEngine } from "./tfjsNodeEngine";
import { tfjsNodeGpuEngine } from "./tfjsNodeGpuEngine";
import { wasmEngine } from "./wasmEngine";

/** Every engine by its name. The order of preference is that of `backendNames`. */
export const engines = {
  "tfjs-node-gpu": tfjsNodeGpuEngine,
  onnx: onnxEngine,
  "tfjs-node": tfjsNodeEngine,
  wasm: wasmEngine,
  cpu: cpuEngine,
} satisfies Record<BackendName, Engine>;
