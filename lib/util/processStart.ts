import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Whether a process of this machine lives. One that has ended and waits for its starter to notice (a zombie) does not.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to someone else.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return !/^[ZX]/.test(stateAndStart(pid)?.state ?? "");
}

/**
 * When a process of this machine began, as a text that no other process has: numbers are used again, after a restart of
 * the machine soon. On Linux the boot and the clock ticks since it, elsewhere what `ps` says. Null where there is no such
 * process, or the system does not tell (Windows).
 */
export function processStart(pid: number): string | null {
  return stateAndStart(pid)?.start ?? null;
}

/** {@link processStart} of this process, asked for once. */
export function ownStart(): string | null {
  own ??= { start: processStart(process.pid) };
  return own.start;
}

let own: { readonly start: string | null } | undefined;

function stateAndStart(pid: number): { readonly state: string; readonly start: string } | null {
  try {
    return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
  } catch {
    return null;
  }
}

/** Fields 3 and 22 of `/proc/<pid>/stat`; the second field, the program's name, may hold spaces and brackets. */
function fromProc(pid: number): { state: string; start: string } | null {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, ticks] = [fields[0], fields[19]];
  if (state === undefined || ticks === undefined) return null;
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return { state, start: `${boot} ${ticks}` };
}

function fromPs(pid: number): { state: string; start: string } | null {
  const text = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [state, ...start] = text.trim().split(/\s+/);
  return state === undefined || start.length === 0 ? null : { state, start: start.join(" ") };
}
