import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { keptMemory } from "../util/keptMemory";
import { makeFolders } from "../util/makeFolders";
import { jobFiles } from "./jobFolder";
import { isJobMessage, type JobMessage } from "./jobMessages";

/** Exit code of a job's process that found its folder in use (EX_TEMPFAIL of sysexits.h). */
export const busyExitCode = 75;

/** The program that does the job in a folder. */
export type JobCommand = (folder: string) => {
  readonly command: string;
  readonly args: readonly string[];
};

/** The command line's program. */
export const barsProgram = resolve(__dirname, "../../bin/bars.cjs");

/** This library's own: `bars sweep job <folder>`. */
export const barsJobCommand: JobCommand = (folder) => ({
  command: process.execPath,
  args: [barsProgram, "sweep", "job", folder],
});

export interface JobProcess {
  readonly pid: number;
  /** Asks it to save and stop. */
  stop(): void;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/**
 * Starts the process of a job. What it prints goes to the end of the job's log file.
 *
 * It gets a process group of its own, so that Ctrl-C on a terminal reaches this process alone, which then asks every
 * job to stop once; a second signal would end a job before it has saved. A job whose starter dies finds its channel
 * closed, and stops by itself.
 */
export function startJob(
  folder: string,
  command: JobCommand,
  env: Readonly<Record<string, string>>,
  onMessage: (message: JobMessage) => void,
): JobProcess {
  makeFolders(folder);
  const log = openSync(jobFiles(folder).log, "a");
  const { command: program, args } = command(folder);
  let child: ChildProcess;
  try {
    writeSync(log, `\n== ${new Date().toISOString()} ${program} ${args.join(" ")}\n`);
    child = spawn(program, args, {
      stdio: ["ignore", log, log, "ipc"],
      detached: true,
      env: { ...keptMemory(), ...process.env, ...env },
    });
  } finally {
    closeSync(log);
  }
  child.on("message", (message) => {
    if (isJobMessage(message)) onMessage(message);
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((done) => {
    child.once("error", () => done({ code: null, signal: null }));
    child.once("exit", (code, signal) => done({ code, signal }));
  });
  return {
    pid: child.pid ?? 0,
    stop() {
      child.kill("SIGTERM");
    },
    ended,
  };
}

/** The last line of a job's log that says something. */
export function lastLogLine(folder: string): string {
  try {
    const lines = readFileSync(jobFiles(folder).log, "utf8").trimEnd().split("\n");
    return lines.at(-1)?.slice(0, 300) ?? "";
  } catch {
    return "";
  }
}
