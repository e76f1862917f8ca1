// A Jupyter server of this project on a free port of this machine, for tests.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { root } from "../ensure-installed.mjs";
import { jupyterEnvironment } from "../jupyter-environment.mjs";

function freePort() {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/**
 * @param {{ command: string, subcommand: string, version: string }} jupyter from `findJupyter`
 * @param {Record<string, string>} env added to the environment of the server and its kernels
 * @returns {Promise<{ address: string, close(): Promise<void> }>}
 */
export async function startServer(jupyter, env = {}) {
  const port = await freePort();
  const classic = jupyter.subcommand === "notebook" && Number.parseInt(jupyter.version, 10) < 7;
  const args = classic
    ? [`--notebook-dir=${root}`, "--NotebookApp.token=", `--NotebookApp.port=${port}`]
    : [
        `--ServerApp.root_dir=${root}`,
        "--IdentityProvider.token=",
        `--ServerApp.port=${port}`,
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=None",
      ];
  const child = spawn(
    jupyter.command,
    [jupyter.subcommand, "--no-browser", "--ip=127.0.0.1", "--allow-root", ...args],
    {
      cwd: root,
      env: { ...jupyterEnvironment(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    },
  );
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => {
      log = (log + data).slice(-6000);
    });
  const ended = new Promise((done) => child.once("close", done));
  // The server outlives this process only to end its kernels.
  const askToEnd = () => child.kill("SIGTERM");
  const killAll = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  process.once("exit", askToEnd);
  const close = async () => {
    if (child.exitCode !== null) return;
    // The kernels are children of the server: it ends them when it is asked to end.
    child.kill("SIGTERM");
    const timer = setTimeout(killAll, 10_000);
    await ended;
    clearTimeout(timer);
    process.removeListener("exit", askToEnd);
  };
  const address = `http://127.0.0.1:${port}`;
  for (let i = 0; i < 240; i++) {
    if (child.exitCode !== null) throw new Error(`jupyter ${jupyter.subcommand} ended by itself:\n${log}`);
    const answer = await fetch(`${address}/api`).catch(() => null);
    if (answer?.ok) return { address, close };
    await new Promise((done) => setTimeout(done, 500));
  }
  await close();
  throw new Error(`jupyter ${jupyter.subcommand} did not answer within 120 s:\n${log}`);
}
