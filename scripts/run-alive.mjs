// Runs a command that may say nothing for minutes, and shows meanwhile that it is alive.
import { spawn } from "node:child_process";

/** `75` → `"1:15"` */
function clock(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * Runs a command. On a terminal one line changes in place every second; elsewhere (a log file, a pipe) there is a line
 * every ten seconds. What the command prints stays above it.
 *
 * @param {string} title e.g. "npm ci"
 * @param {string} command
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} options
 * @param {{ status?: () => string, stream?: { write(text: string): unknown, isTTY?: boolean }, interval?: number }} show
 *   `status`: how far it is, e.g. "120 of 700 packages"; `interval`: milliseconds between two signs of life
 * @returns {Promise<{ status: number | null, error?: Error }>}
 */
export function runAlive(title, command, args, options, show = {}) {
  const { status = () => "", stream = process.stderr } = show;
  const interval = show.interval ?? (stream.isTTY ? 1000 : 10_000);
  const begun = Date.now();
  const clear = stream.isTTY ? "\r\u001b[K" : "";
  const tick = () => {
    const text = [`${title}: ${clock(Date.now() - begun)}`, status()].filter(Boolean).join(", ");
    stream.write(stream.isTTY ? `${clear}${text}` : `${text}\n`);
  };
  return new Promise((done) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const timer = setInterval(tick, interval);
    const end = (result) => {
      clearInterval(timer);
      stream.write(clear);
      done(result);
    };
    for (const output of [child.stdout, child.stderr]) {
      output.setEncoding("utf8");
      output.on("data", (text) => stream.write(`${clear}${text}`));
    }
    child.on("error", (error) => end({ status: null, error }));
    child.on("close", (code) => end({ status: code }));
  });
}
