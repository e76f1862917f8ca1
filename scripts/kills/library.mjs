// What the kinds of runs that are killed share: the library, the command line, and waiting.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "node:util";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const cli = join(root, "lib/bin/bars.cjs");
export const lib = (path) => createRequire(import.meta.url)(join(root, "lib/dist", path));
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
export const secondsSince = (begun) => (performance.now() - begun) / 1000;

/** The command line in a process of its own. */
export function bars(folder, args) {
  const env = { ...process.env, BARS_ONNX_THREADS: "1" };
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const ended = new Promise((done) => {
    child.once("close", (code, signal) => done({ code, signal, output }));
  });
  return { child, ended };
}

/** The command line in this process, its output kept back; an engine that is warm is many times faster than one that starts. */
export async function must(folder, args) {
  const { main: run } = lib("cli/main.js");
  let output = "";
  const keep = (text) => {
    output += text;
    return true;
  };
  const [place, { stdout, stderr }] = [process.cwd(), process];
  const writes = [stdout.write, stderr.write];
  const said = [console.log, console.error];
  process.exitCode = undefined;
  process.chdir(folder);
  stdout.write = stderr.write = keep;
  console.log = console.error = (...parts) => keep(`${format(...parts)}\n`);
  try {
    await run([process.execPath, cli, ...args]);
  } finally {
    [stdout.write, stderr.write] = writes;
    [console.log, console.error] = said;
    process.chdir(place);
  }
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  if (code !== 0) throw new Error(`bars ${args.join(" ")} ended with ${code}:\n${output}`);
}

/** Waits while that does not hold and the process lives. */
export async function until(holds, child) {
  while (!holds() && child.exitCode === null && child.signalCode === null) await pause(5);
}
