import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { format } from "node:util";

const root = resolve(__dirname, "../..");

/** The command line's start file, for processes of their own. */
export const cli = join(root, "lib/bin/bars.cjs");

/** What a command left. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in a process of its own: for what is claimed of processes. */
export function barsProcess(folder: string, env: NodeJS.ProcessEnv = process.env) {
  return (...args: string[]): Promise<Outcome> =>
    new Promise((done) => {
      execFile(process.execPath, [cli, ...args], { cwd: folder, env }, (error, out, err) => {
        done({ code: error ? (error.code as unknown as number) : 0, out, err });
      });
    });
}

let before: Promise<unknown> = Promise.resolve();

/**
 * Runs the compiled command line in this process, one command at a time: the same words in, the same output and exit code, without
 * the start of a process (0.7 s of a processor, and 3 more until the engine is warm). The test's file must have its process alone.
 */
export function barsHere(folder: string) {
  return (...args: string[]): Promise<Outcome> => {
    const run = before.then(() => here(folder, args));
    before = run.catch(() => undefined);
    return run;
  };
}

async function here(folder: string, args: readonly string[]): Promise<Outcome> {
  const { main } = createRequire(__filename)(join(root, "lib/dist/cli/main.js")) as {
    main(argv: readonly string[]): Promise<void>;
  };
  const heard = { out: "", err: "" };
  const line =
    (to: "out" | "err") =>
    (...parts: unknown[]) => {
      heard[to] += `${format(...parts)}\n`;
    };
  const part = (to: "out" | "err") =>
    ((text: string | Uint8Array) => {
      heard[to] += typeof text === "string" ? text : Buffer.from(text).toString();
      return true;
    }) as typeof process.stdout.write;
  const { log, error, warn } = console;
  const [stdout, stderr, place] = [process.stdout.write, process.stderr.write, process.cwd()];
  // `--define` leaves what it loads for the processes that a command starts; those of other tests want none of it.
  const defined = process.env["BARS_DEFINE"];
  process.exitCode = undefined;
  process.chdir(folder);
  Object.assign(console, { log: line("out"), error: line("err"), warn: line("err") });
  process.stdout.write = part("out");
  process.stderr.write = part("err");
  try {
    await main([process.execPath, cli, ...args]);
    return { code: Number(process.exitCode ?? 0), ...heard };
  } finally {
    Object.assign(console, { log, error, warn });
    process.stdout.write = stdout;
    process.stderr.write = stderr;
    process.chdir(place);
    if (defined === undefined) delete process.env["BARS_DEFINE"];
    else process.env["BARS_DEFINE"] = defined;
    process.exitCode = undefined;
  }
}
