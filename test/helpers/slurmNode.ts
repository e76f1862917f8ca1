import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, hostname, userInfo } from "node:os";
import { delimiter, join } from "node:path";

/** A Slurm cluster of this machine alone, up for the length of a test. */
export interface SlurmNode {
  /** Runs one of Slurm's commands and gives what it prints. */
  command(program: string, ...args: string[]): string;
  /** Environment in which `sbatch` and others find this cluster. */
  readonly env: Readonly<Record<string, string>>;
  /** Waits until no job is in the queue; what `squeue` shows where that takes too long. */
  empty(seconds: number): Promise<string>;
  stop(): Promise<void>;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Starts munged, slurmctld and slurmd (Debian: slurmctld, slurmd, slurm-client, munge) with everything they write
 * below `folder`, as the current user.
 *
 * @returns the cluster, or one line that says why there is none.
 */
export async function startSlurm(folder: string): Promise<SlurmNode | string> {
  const programs = [
    "munged",
    "slurmctld",
    "slurmd",
    "sbatch",
    "squeue",
    "sinfo",
    "scancel",
    "scontrol",
  ] as const;
  const missing = programs.filter((name) => found(name) === null);
  if (missing.length > 0) return `no ${missing.join(", ")} on this machine`;
  for (const name of ["", "state", "spool", "munge"]) mkdirSync(join(folder, name), { recursive: true });
  chmodSync(folder, 0o755);
  const config = join(folder, "slurm.conf");
  writeFileSync(config, await configText(folder));
  const env = { SLURM_CONF: config };
  const daemons = [
    daemon("munged", mungeArguments(folder), env),
    daemon("slurmctld", ["-D", "-f", config], env),
    daemon("slurmd", ["-D", "-f", config], env),
  ];
  const command: SlurmNode["command"] = (program, ...args) =>
    execFileSync(found(program) ?? program, args, {
      encoding: "utf8",
      env: { ...process.env, ...env },
      stdio: "pipe",
    });
  const queue = () => command("squeue", "--noheader", "--format=%i %T %r").trim();
  const stop = async () => {
    for (const child of [...daemons].reverse()) await ended(child);
  };
  for (let i = 0; i < 60; i++) {
    await pause(250);
    const dead = daemons.find((child) => child.exitCode !== null);
    if (dead) {
      await stop();
      return `${dead.spawnfile} ended with code ${dead.exitCode}: ${logsEnd(folder)}`;
    }
    if (isIdle(command)) {
      return {
        command,
        env,
        async empty(seconds) {
          for (let waited = 0; waited < seconds * 4; waited++) {
            if (queue() === "") return "";
            await pause(250);
          }
          return queue();
        },
        async stop() {
          if (queue() !== "") {
            command("scancel", "--full", "--signal=KILL", `--user=${userInfo().username}`);
            command("scancel", `--user=${userInfo().username}`);
            await pause(1000);
          }
          await stop();
        },
      };
    }
  }
  await stop();
  return `the node did not come up within 15 seconds: ${logsEnd(folder)}`;
}

function isIdle(command: SlurmNode["command"]): boolean {
  try {
    return command("sinfo", "--noheader", "--format=%t").trim() === "idle";
  } catch {
    return false;
  }
}

function found(program: string): string | null {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin", "/usr/local/sbin"];
  return folders.map((at) => join(at, program)).find((path) => existsSync(path)) ?? null;
}

function daemon(name: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(found(name) as string, args, { stdio: "ignore", env: { ...process.env, ...env } });
}

function mungeArguments(folder: string): string[] {
  const at = join(folder, "munge");
  writeFileSync(join(at, "key"), randomBytes(1024), { mode: 0o400 });
  return [
    "--foreground",
    "--force",
    `--key-file=${at}/key`,
    `--socket=${at}/socket`,
    `--log-file=${at}/log`,
    `--pid-file=${at}/pid`,
    `--seed-file=${at}/seed`,
  ];
}

async function configText(folder: string): Promise<string> {
  const host = hostname().split(".")[0] as string;
  const user = userInfo().username;
  const [controller, node] = [await freePort(), await freePort()];
  // A job that is put back into the queue waits until its credentials have expired: after 5 seconds, the least Slurm takes.
  return `ClusterName=barstest
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${node}
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=${folder}/munge/socket,cred_expire=5
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
KillWait=20
SchedulerParameters=batch_sched_delay=0,sched_interval=1
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${availableParallelism()} State=UNKNOWN
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=local Nodes=${host} Default=YES PriorityTier=1 MaxTime=INFINITE State=UP
PartitionName=urgent Nodes=${host} PriorityTier=10 MaxTime=INFINITE State=UP
`;
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    const force = setTimeout(() => child.kill("SIGKILL"), 5000);
    child.once("exit", () => {
      clearTimeout(force);
      done();
    });
    child.kill("SIGTERM");
  });
}

function logsEnd(folder: string): string {
  return ["munge/log", "slurmctld.log", "slurmd.log"]
    .flatMap((name) => {
      const path = join(folder, name);
      return existsSync(path) ? [`${name}: ${readFileSync(path, "utf8").trim().split("\n").at(-1)}`] : [];
    })
    .join("; ");
}
