import { createRequire } from "node:module";
import { createExecutor } from "./createExecutor";
import type { Device, DeviceSettings } from "./device";
import { loadRuntime, type RuntimePaths } from "./loadRuntime";
import { createStageRunner } from "./stages/stageRunner";

/** A device in this thread: nothing else happens here while it runs. */
export function localDevice(paths: RuntimePaths, settings: DeviceSettings): Device {
  const load = createRequire(__filename);
  const stages = settings.stages === undefined ? undefined : createStageRunner(load, settings.stages);
  const executor = createExecutor(loadRuntime(load, paths), settings, stages);
  return {
    // The native runtime gives no promises.
    send: (command) => void executor.execute(command),
    read: async (buffer) => executor.read(buffer),
    readSync: executor.read,
    statistics: executor.statistics,
    settled: async () => {},
    close: executor.close,
  };
}
