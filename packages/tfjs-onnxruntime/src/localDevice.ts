import { createRequire } from "node:module";
import { createExecutor } from "./createExecutor";
import type { Device, DeviceSettings } from "./device";
import { loadRuntime, type RuntimePaths } from "./loadRuntime";

/** A device in this thread: nothing else happens here while it runs. */
export function localDevice(paths: RuntimePaths, settings: DeviceSettings): Device {
  const executor = createExecutor(loadRuntime(createRequire(__filename), paths), settings);
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
