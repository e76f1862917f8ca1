// npm run kernel:install: makes this project's kernel known to every Jupyter of this user, and to VS Code.
//   --remove takes it away again; --force replaces a kernel of that name which is not this project's.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureReady, root } from "./ensure-installed.mjs";
import { exitCodeOf } from "./usage.mjs";

/** Where Jupyter keeps this user's kernels. */
export function userKernels(env = process.env, platform = process.platform, home = homedir()) {
  if (env.JUPYTER_DATA_DIR) return join(env.JUPYTER_DATA_DIR, "kernels");
  if (platform === "darwin") return join(home, "Library/Jupyter/kernels");
  if (platform === "win32") return join(env.APPDATA ?? join(home, "AppData/Roaming"), "jupyter/kernels");
  return join(env.XDG_DATA_HOME ?? join(home, ".local/share"), "jupyter/kernels");
}

/** The checked-in kernel with absolute paths: of this Node and this project. */
export function absoluteKernel() {
  const spec = JSON.parse(readFileSync(join(root, "jupyter/kernels/tslab/kernel.json"), "utf8"));
  const start = join(root, "scripts/kernel/start.mjs");
  return { ...spec, argv: [process.execPath, start, ...spec.argv.slice(2)], metadata: { project: root } };
}

function isOurs(file) {
  return JSON.parse(readFileSync(file, "utf8")).metadata?.project !== undefined;
}

/** Writes the kernel into a folder of kernels; returns its file. */
export function installKernel(kernels, force = false) {
  const file = join(kernels, "tslab", "kernel.json");
  if (existsSync(file) && !force && !isOurs(file)) {
    throw new Error(`${file} is another kernel of that name. Add --force to replace it.`);
  }
  mkdirSync(join(kernels, "tslab"), { recursive: true });
  writeFileSync(file, `${JSON.stringify(absoluteKernel(), null, 2)}\n`);
  return file;
}

/** Takes the kernel out of a folder of kernels; returns what was done. */
export function removeKernel(kernels, force = false) {
  const file = join(kernels, "tslab", "kernel.json");
  if (!existsSync(file)) return `There is no ${file}.`;
  if (!force && !isOurs(file))
    throw new Error(`${file} is another kernel of that name. Add --force to remove it.`);
  rmSync(join(kernels, "tslab"), { recursive: true });
  return `Removed ${join(kernels, "tslab")}.`;
}

async function main() {
  const options = { remove: { type: "boolean", default: false }, force: { type: "boolean", default: false } };
  const { values } = parseArgs({ options });
  const kernels = userKernels();
  if (values.remove) return console.log(removeKernel(kernels, values.force));
  await ensureReady();
  console.log(`Installed "TypeScript (bars)": ${installKernel(kernels, values.force)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(`install-kernel: ${error.message}`);
    process.exitCode = exitCodeOf(error);
  });
}
