import * as tf from "@tensorflow/tfjs-core";
import { registerCpuKernels } from "./cpu/registerCpuKernels";
import { type Engine, processorName } from "./engine";

/** tfjs in plain JavaScript. Runs everywhere, has every kernel, far too slow to train with. */
export const cpuEngine: Engine = {
  name: "cpu",
  async load() {
    const { version_cpu } = await import("@tensorflow/tfjs-backend-cpu");
    muteGreeting();
    registerCpuKernels();
    return { registeredAs: "cpu", version: version_cpu, device: processorName(), threads: 1 };
  },
};

/**
 * Keeps the cpu back end from printing its "Hi, looks like you are running TensorFlow.js in Node.js" banner at
 * its first tensor. A no-op where that back end is not registered.
 */
export function muteGreeting(): void {
  if (!tf.engine().registryFactory["cpu"]) return;
  const backend = tf.findBackend("cpu") as { firstUse?: boolean } | null;
  if (backend) backend.firstUse = false;
}
