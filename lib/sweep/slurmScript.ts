import { ConfigError } from "../util/errors";
import { shellQuoted } from "../util/shellWord";

/** What each task of a Slurm array asks for. Left out: what the cluster gives by default. */
export interface SlurmRequest {
  /** Name of the array in the queue. */
  readonly name: string;
  /** Cores of a task; its tensor engine computes with as many threads. */
  readonly cores: number;
  /** As Slurm writes it: `30`, `4:00:00`, `2-00:00:00`. */
  readonly time?: string;
  /** As Slurm writes it: `4G`. */
  readonly memory?: string;
  readonly partition?: string;
  readonly account?: string;
  /** Generic resources, e.g. `gpu:1`. */
  readonly gres?: string;
  /** Tasks at once; 0 sets no limit. */
  readonly atOnce: number;
  /** Shell commands before a task's work, e.g. `module load nodejs`. */
  readonly setup: readonly string[];
  /** Environment variables of every task, e.g. BARS_BACKEND. */
  readonly env: Readonly<Record<string, string>>;
}

/** Files and folders a script refers to, as absolute paths. */
export interface SlurmPlaces {
  /** Where tasks start. */
  readonly workingFolder: string;
  /** One job folder on each line. */
  readonly list: string;
  /** Where Slurm puts what tasks print. */
  readonly logs: string;
  readonly node: string;
  readonly bars: string;
}

/** Seconds before its time limit at which a task is told to save. */
const noticeSeconds = 120;

/**
 * The batch script of a Slurm job array that does the listed jobs, one each task.
 *
 * A task is told two minutes before its time limit; it then saves and puts itself back into the queue, to go on from
 * there. Cancelled or preempted, it saves too, and stays out of the queue unless Slurm puts it back (`PreemptMode`
 * `REQUEUE`, `scontrol requeue`). A task whose job someone else works on ends
 * with code 75.
 *
 * @throws ConfigError for text that would break out of its line.
 */
export function slurmScript(request: SlurmRequest, places: SlurmPlaces, tasks: number): string {
  const limit = request.atOnce > 0 ? `%${request.atOnce}` : "";
  const directives: readonly (readonly [string, string | undefined])[] = [
    ["job-name", request.name],
    ["array", `0-${tasks - 1}${limit}`],
    ["chdir", places.workingFolder],
    ["output", `${places.logs.replaceAll("%", "%%")}/%A_%a.txt`],
    ["open-mode", "append"],
    ["nodes", "1"],
    ["ntasks", "1"],
    ["cpus-per-task", String(request.cores)],
    ["time", request.time],
    ["mem", request.memory],
    ["partition", request.partition],
    ["account", request.account],
    ["gres", request.gres],
    ["signal", `B:USR1@${noticeSeconds}`],
  ];
  const lines = directives.flatMap(([name, value]) =>
    value === undefined ? [] : [`#SBATCH --${name}=${oneLine(name, value)}`],
  );
  const env = Object.entries({ BARS_ONNX_THREADS: String(request.cores), ...request.env }).map(
    ([name, value]) => `export ${variableName(name)}=${shellQuoted(value)}`,
  );
  return `#!/bin/bash
# Written by "bars sweep slurm": one task for each line of the list below.
${lines.join("\n")}

${[...env, ...request.setup].join("\n")}

folder=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" ${shellQuoted(places.list)})
${shellQuoted(places.node)} ${shellQuoted(places.bars)} sweep job "$folder" &
work=$!
near_limit=
# The shell gets Slurm's signals and passes them on once; the work saves and ends with code 130.
trap 'near_limit=1; kill -TERM "$work" 2>/dev/null' USR1
trap 'kill -TERM "$work" 2>/dev/null' TERM INT
# A trapped signal ends the wait, not the work.
while :; do
  wait "$work"
  code=$?
  kill -0 "$work" 2>/dev/null || break
done
if [ "$code" = 130 ] && [ -n "$near_limit" ]; then
  echo "saved before the time limit; back into the queue"
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}"
fi
exit "$code"
`;
}

function variableName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new ConfigError(`slurmScript: ${JSON.stringify(name)} is no name of an environment variable.`);
}

/** Slurm reads directives up to the end of the line, splits them at white space, and knows quotes, backslashes and `#`. */
function oneLine(name: string, value: string): string {
  if (value !== "" && !/[\r\n]/.test(value))
    return /^[\w./:@%+,=-]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
  throw new ConfigError(`slurmScript: --${name} must be one line of text, got ${JSON.stringify(value)}.`);
}
