import type { Engine } from "./engine";
import { loadTensorflow } from "./tensorflow/loadTensorflow";

/** The TensorFlow library on the processor, through tfjs-node. */
export const tfjsNodeEngine: Engine = {
  name: "tfjs-node",
  async load() {
    return loadTensorflow("cpu");
  },
};
