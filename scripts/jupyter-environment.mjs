// Finds a Jupyter, or installs one: what is on PATH, the project's .venv, pip into a new .venv, apt where root.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { root } from "./ensure-installed.mjs";

const scriptsFolder = process.platform === "win32" ? "Scripts" : "bin";
const venv = join(root, ".venv");

/** A way to start Jupyter: `command` with `prefix` before the subcommand. */
function candidates() {
  return [
    { name: "Jupyter on PATH", command: "jupyter" },
    {
      name: "Jupyter in .venv",
      command: join(venv, scriptsFolder, process.platform === "win32" ? "jupyter.exe" : "jupyter"),
    },
  ];
}

/** Version of a Jupyter subcommand ("lab", "notebook", "nbconvert"), or null where it is not installed. */
export function versionOf(command, subcommand) {
  const { status, stdout } = spawnSync(command, [subcommand, "--version"], {
    encoding: "utf8",
    env: jupyterEnvironment(),
  });
  return status === 0 ? (stdout.trim().split("\n").at(-1) ?? "") : null;
}

/** The environment in which Jupyter finds this project's kernel, and the kernel this Node. */
export function jupyterEnvironment(env = process.env) {
  const join2 = (first, rest) => (rest ? `${first}${delimiter}${rest}` : first);
  return {
    ...env,
    JUPYTER_PATH: join2(join(root, "jupyter"), env.JUPYTER_PATH),
    PATH: join2(dirname(process.execPath), env.PATH),
  };
}

/** The first Jupyter that has the subcommand, or null. */
export function findJupyter(subcommand) {
  for (const { name, command } of candidates()) {
    const version = versionOf(command, subcommand);
    if (version !== null) return { name, command, subcommand, version };
  }
  return null;
}

function run(command, args) {
  console.log(`  ${[command, ...args].join(" ")}`);
  return spawnSync(command, args, { cwd: root, stdio: "inherit" }).status === 0;
}

function installByPip() {
  const python = ["python3", "python"].find(
    (name) => spawnSync(name, ["-c", "import sys; sys.exit(sys.version_info < (3, 8))"]).status === 0,
  );
  if (!python) {
    console.log("There is no Python 3.8 or newer on PATH.");
    return false;
  }
  console.log("Installing JupyterLab into .venv with pip.");
  if (!existsSync(venv) && !run(python, ["-m", "venv", ".venv"])) return false;
  const args = [
    "-m",
    "pip",
    "install",
    "--disable-pip-version-check",
    "--quiet",
    // Where there is no package index, say so soon.
    "--retries",
    "0",
    "--timeout",
    "10",
    "jupyterlab",
  ];
  const { status, stderr } = spawnSync(join(venv, scriptsFolder, "python"), args, {
    cwd: root,
    encoding: "utf8",
    timeout: 300_000,
  });
  // Its warnings about indexes that do not answer are of use only if it fails.
  if (status !== 0)
    console.log(
      `pip could not install JupyterLab:\n${(stderr ?? "").trim().split("\n").slice(-4).join("\n")}`,
    );
  return status === 0;
}

function installByApt() {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  console.log("Installing the system's Jupyter with apt (classic notebook; the system has no JupyterLab).");
  const packages = ["jupyter-notebook", "jupyter-client", "jupyter-nbconvert", "python3-nbclient"];
  return run("apt-get", ["install", "-y", "--no-install-recommends", ...packages]);
}

/** JupyterLab 4 or newer, installed by pip into .venv if there is none; null where that fails. */
export function ensureLab() {
  const usable = () =>
    candidates()
      .map(({ name, command }) => ({ name, command, subcommand: "lab", version: versionOf(command, "lab") }))
      .find(({ version }) => Number.parseInt(version ?? "", 10) >= 4) ?? null;
  return usable() ?? (installByPip() ? usable() : null);
}

/**
 * A Jupyter with the subcommand, installed if there is none. Where only the classic notebook can be had, "lab"
 * becomes "notebook".
 * @returns {{ name: string, command: string, subcommand: string, version: string } | null}
 */
export function ensureJupyter(subcommand) {
  const found = findJupyter(subcommand);
  if (found) return found;
  console.log(`No "jupyter ${subcommand}" was found on PATH or in .venv.`);
  // JupyterLab brings nbconvert but no classic notebook; its own notebook view serves.
  if (installByPip()) return findJupyter(subcommand) ?? findJupyter("lab");
  if (installByApt()) return findJupyter(subcommand) ?? findJupyter("notebook");
  return null;
}
