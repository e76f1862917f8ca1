import { keptMemory } from "../util/keptMemory";

/**
 * Commands that compute for long. Without `race`, whose number of workers goes by what each holds, and `bench`, which is also run to
 * compare with and without.
 */
const long = new Set(["search", "train", "evolve", "ablate", "compare", "analyze"]);
const asksForHelp = (arg: string) => arg === "--help" || arg === "-h";

/** What of a process is used. `execve`: Node from 22.15 on; neither Windows nor threads have it. */
export interface Restartable {
  readonly argv: readonly string[];
  readonly execArgv: readonly string[];
  readonly execPath: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly connected: boolean;
  readonly execve?: (file: string, args: readonly string[], env: Record<string, string>) => void;
}

/**
 * Puts the same command line in the place of this process, with the environment of {@link keptMemory}, where the command computes for
 * long. It is no second process: number, files and terminal stay, so a kill leaves nothing behind. Comes back where that
 * cannot be, or is not wanted: then everything works as well, with memory that is given back and fetched anew.
 */
export function restartKept(current: Restartable): void {
  const { argv, execArgv, execPath, env, platform, connected, execve } = current;
  // A channel to the parent does not outlive the exchange.
  if (execve === undefined || connected || !long.has(argv[2] ?? "") || argv.some(asksForHelp)) return;
  const kept = keptMemory(env, platform);
  if (Object.keys(kept).length === 0) return;
  const given = Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined);
  try {
    execve(execPath, [execPath, ...execArgv, ...argv.slice(1)], { ...Object.fromEntries(given), ...kept });
  } catch {
    // Refused, e.g. by Node's permissions.
  }
}
