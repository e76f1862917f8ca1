import type { Engine } from "./engine";
import { loadTensorflow } from "./tensorflow/loadTensorflow";

/** The TensorFlow library on an NVIDIA graphics card, through tfjs-node or tfjs-node-gpu. */
export const tfjsNodeGpuEngine: Engine = {
  name: "tfjs-node-gpu",
  async load() {
    return loadTensorflow("gpu");
  },
};
