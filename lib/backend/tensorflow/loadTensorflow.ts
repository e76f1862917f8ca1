import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { muteGreeting } from "../cpuEngine";
import { EngineUnavailable, firstLine, processorName, type RunningEngine } from "../engine";
import { findTensorflow, type TensorflowPackage } from "./findTensorflow";
import { restoreNodeUtil } from "./restoreNodeUtil";

/** What is read of tfjs-node's back end object. */
interface TensorflowBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

const registeredAs = "tensorflow";
let loaded: TensorflowPackage | undefined;

/**
 * Loads tfjs-node, once per process, and says what it runs on. TensorFlow's information and warning lines are
 * silenced unless `TF_CPP_MIN_LOG_LEVEL` is set.
 *
 * @param device `"gpu"` demands a visible graphics card, `"cpu"` hides them.
 * @throws EngineUnavailable if it is not installed, does not load, or sees no graphics card where one is demanded.
 */
export function loadTensorflow(device: "cpu" | "gpu"): RunningEngine {
  const found = loaded ?? findTensorflow(device);
  if (!loaded) {
    process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
    if (device === "cpu") withoutGraphicsCards(() => requirePackage(found));
    else requirePackage(found);
    loaded = found;
  }
  const backend = tf.findBackend(registeredAs) as unknown as TensorflowBackend;
  if (device === "gpu" && !backend.isUsingGpuDevice) {
    throw new EngineUnavailable(
      "TensorFlow sees no graphics card",
      "Check nvidia-smi, the CUDA libraries that this TensorFlow needs, and CUDA_VISIBLE_DEVICES.",
    );
  }
  return {
    registeredAs,
    version: `${found.version}, TensorFlow ${backend.binding.TF_Version}`,
    device: backend.isUsingGpuDevice ? graphicsCardName() : processorName(),
    threads: Number(process.env["TF_NUM_INTRAOP_THREADS"]) || availableParallelism(),
  };
}

function requirePackage(found: TensorflowPackage): void {
  restoreNodeUtil();
  try {
    createRequire(join(found.folder, "package.json"))(found.folder);
  } catch (cause) {
    throw new EngineUnavailable(
      `${found.label} does not load (${firstLine(cause)})`,
      "Run npm run setup:tensorflow again.",
      { cause },
    );
  }
  muteGreeting();
  if (!tf.engine().registryFactory[registeredAs]) {
    throw new EngineUnavailable(
      `${found.label} brings its own copy of tfjs-core`,
      "Run npm dedupe, so that there is one copy.",
    );
  }
  // Creates the back end, which looks for devices once.
  tf.findBackend(registeredAs);
}

/** Hides the graphics cards from CUDA while `body` runs; afterwards the environment is as it was. */
function withoutGraphicsCards(body: () => void): void {
  const visible = process.env["CUDA_VISIBLE_DEVICES"];
  process.env["CUDA_VISIBLE_DEVICES"] = "-1";
  try {
    body();
  } finally {
    if (visible === undefined) delete process.env["CUDA_VISIBLE_DEVICES"];
    else process.env["CUDA_VISIBLE_DEVICES"] = visible;
  }
}

function graphicsCardName(): string {
  const query = spawnSync("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"], { encoding: "utf8" });
  const names = new Set((query.stdout ?? "").split("\n").map((line) => line.trim()));
  names.delete("");
  return query.status === 0 && names.size > 0 ? [...names].join(" / ") : "NVIDIA graphics card";
}
