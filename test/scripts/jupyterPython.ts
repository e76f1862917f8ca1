import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./scriptModule";

/** A Python that can drive kernels: the project's, the one on PATH, the system's; undefined where none can. */
export function jupyterPython(test: string): string | undefined {
  const python = [join(root, ".venv/bin/python"), "python3", "/usr/bin/python3"].find(
    (name) => spawnSync(name, ["-c", "import jupyter_client"]).status === 0,
  );
  if (!python)
    console.warn(
      `${test}: skipped, no Python with jupyter_client was found (apt-get install jupyter-client).`,
    );
  return python;
}
