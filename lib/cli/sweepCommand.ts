import { join } from "node:path";
import { Command, Option } from "commander";
import { tableText } from "../figures/notebook/showTable";
import { collectSweep, missedText } from "../sweep/collectSweep";
import { expandSweep } from "../sweep/expandSweep";
import { readOutcome } from "../sweep/jobFolder";
import { jobProcessMain } from "../sweep/jobMain";
import { jobFolder, jobState } from "../sweep/jobState";
import { logOf, runSweep } from "../sweep/runSweep";
import { submitBatch, writeSlurmBatch } from "../sweep/submitSweep";
import { readSweepFile } from "../sweep/sweepFile";
import { jobFolderName, type SweepJob } from "../sweep/sweepJob";
import { sweepView } from "../sweep/sweepView";
import { counted, countedOf } from "../util/counted";
import { InterruptedError, RecordError } from "../util/errors";
import { openInterrupt } from "../util/interrupt";
import { poolSize } from "../util/poolSize";
import { shownPath } from "../util/shownPath";
import { definitionsEnvironment } from "./defineModules";
import { backendOption, countingNumber, fileAt, place, positive, several, wholeNumber } from "./values";
import { writeTable } from "./writeTable";

/** `bars sweep`: many runs from one file, on this machine or on a Slurm cluster. */
export function sweepCommand(): Command {
  const sweep = new Command("sweep").description(
    "many runs from one file of settings, seeds and budgets: resumable, in parallel, also on Slurm",
  );
  for (const command of [
    planCommand(),
    runCommand(),
    statusCommand(),
    collectCommand(),
    slurmCommand(),
    jobCommand(),
  ]) {
    sweep.addCommand(command, { hidden: command.name() === "job" });
  }
  return sweep;
}

interface Place {
  readonly out?: string;
}

/** A command on a sweep file. */
function onSweep(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument("<file>", "sweep file", fileAt)
    .option("--out <folder>", "folder of the sweep; default: runs/<name of the sweep>");
}

function opened(file: string, { out }: Place): { readonly jobs: SweepJob[]; readonly folder: string } {
  const sweep = readSweepFile(file);
  return { jobs: expandSweep(sweep), folder: out ?? join("runs", sweep.name) };
}

function planCommand(): Command {
  return onSweep("plan", "check a sweep file and list its jobs, run nothing").action(
    (file: string, options: Place) => {
      const { jobs, folder } = opened(file, options);
      const rows = jobs.map((job) => ({
        job: job.name,
        steps: job.steps.map(({ step }) => step).join(" > "),
        budget: job.budget ? `${job.budget.value} ${job.budget.measure}` : "",
        status: jobState(folder, job).status,
        folder: jobFolderName(job),
      }));
      console.log(tableText(rows, `${counted(jobs.length, "job")} in ${folder}`));
    },
  );
}

interface RunOptions extends Place {
  readonly jobs?: number;
  readonly threads?: number;
  readonly memory: number;
  readonly retry?: boolean;
  readonly backend?: string;
  readonly devices?: string;
}

function runCommand(): Command {
  return onSweep("run", "run what is not finished; again to resume, on several machines to share the work")
    .option("--jobs <number>", "jobs at once; default: as many as cores and memory allow", countingNumber)
    .option("--threads <number>", "threads of each job; default: an equal share of the cores", countingNumber)
    .option("--memory <GiB>", "memory a job is expected to take", positive, 2)
    .option("--retry", "run jobs again that failed")
    .addOption(backendOption())
    .option("--devices <list>", "CUDA devices to give to jobs in turn, e.g. 0,1")
    .action(run);
}

async function run(file: string, options: RunOptions): Promise<void> {
  const { jobs, folder } = opened(file, options);
  const open = jobs.filter((job) => jobState(folder, job).status !== "finished").length;
  const size = poolSize(Math.max(1, open), {
    jobs: options.jobs,
    threads: options.threads,
    jobBytes: options.memory * 2 ** 30,
  });
  console.log(
    `${counted(jobs.length, "job")} in ${folder}, ${open} to do; ${size.jobs} at once with ${counted(size.threads, "thread")} each`,
  );
  const devices = options.devices?.split(",");
  const env = (slot: number) => ({
    BARS_ONNX_THREADS: String(size.threads),
    ...(options.backend ? { BARS_BACKEND: options.backend } : {}),
    ...(devices ? { CUDA_VISIBLE_DEVICES: devices[slot % devices.length] as string } : {}),
  });
  const interrupt = openInterrupt();
  const view = sweepView(jobs.length, process.stderr);
  interrupt.signal.addEventListener("abort", () => {
    if (process.stderr.isTTY) process.stderr.write("stopping: jobs are saving\n");
  });
  const result = await runSweep(jobs, {
    folder,
    size: size.jobs,
    retry: options.retry ?? false,
    env,
    signal: interrupt.signal,
    onEvent: (event) => view.see(event),
  }).finally(() => {
    interrupt.close();
    view.close();
  });
  for (const job of result.finished) {
    const budget = readOutcome(jobFolder(folder, job), job.id)?.budget;
    if (budget && !budget.met) console.log(missedText(job, budget));
  }
  if (interrupt.signal.aborted) {
    throw new InterruptedError(
      `sweep run: stopped with ${counted(result.left.length, "job")} left; everything is saved. Run the same command again to go on.`,
    );
  }
  if (result.left.length > 0 && result.failed.length === 0) {
    throw new InterruptedError(
      `sweep run: ${countedOf(result.left.length, jobs.length, "job")} stopped without being asked to by this command, e.g. ${result.left[0]?.name}; everything is saved. Run the same command again to go on.`,
    );
  }
  if (result.failed.length > 0) {
    const logs = result.failed.map(
      ({ job, detail }) => `\n  ${job.name}: ${detail}\n    ${logOf(folder, job)}`,
    );
    throw new RecordError(
      `sweep run: ${countedOf(result.failed.length, jobs.length, "job")} failed:${logs.join("")}\nMend the cause and run again with --retry.`,
    );
  }
}

function statusCommand(): Command {
  return onSweep("status", "where every job stands").action((file: string, options: Place) => {
    const { jobs, folder } = opened(file, options);
    const { rows, provenance } = collectSweep(jobs, folder);
    const shown = rows.map(({ job, status, detail, epochs, bops, accuracy, budgetMet }) => ({
      job,
      status,
      epochs,
      bops,
      accuracy,
      "budget met": budgetMet,
      detail,
    }));
    console.log(tableText(shown, `${folder}: ${provenance.notes[0]}`));
  });
}

interface CollectOptions extends Place {
  readonly json?: string;
  readonly csv?: string;
  readonly tex?: string;
}

function collectCommand(): Command {
  return onSweep("collect", "gather the records of all jobs into one table")
    .option("--json <file>", "table as JSON; default: table.json in the sweep's folder")
    .option("--csv <file>", "table as CSV; default: table.csv in the sweep's folder")
    .option("--tex <file>", "table as LaTeX")
    .action((file: string, options: CollectOptions) => {
      const { jobs, folder } = opened(file, options);
      const collected = collectSweep(jobs, folder);
      const json = options.json ?? join(folder, "table.json");
      const csv = options.csv ?? join(folder, "table.csv");
      writeTable(collected, { json, csv, ...(options.tex ? { tex: options.tex } : {}) });
      for (const note of collected.provenance.notes) console.log(note);
    });
}

interface SlurmOptions extends Place {
  readonly dryRun?: boolean;
  readonly retry?: boolean;
  readonly threads: number;
  readonly time?: string;
  readonly mem?: string;
  readonly partition?: string;
  readonly account?: string;
  readonly gres?: string;
  readonly atOnce: number;
  readonly setup: readonly string[];
  readonly backend?: string;
}

function slurmCommand(): Command {
  return onSweep("slurm", "submit what is not finished as a Slurm job array")
    .option("--dry-run", "write and print the script, submit nothing")
    .option("--retry", "submit jobs again that failed")
    .option("--threads <number>", "cores of each task", countingNumber, 1)
    .option(
      "--time <limit>",
      "time limit of a task, e.g. 4:00:00; it saves and queues again before it is reached",
    )
    .option("--mem <amount>", "memory of a task, e.g. 4G")
    .option("--partition <name>", "where to run")
    .option("--account <name>", "who pays")
    .option("--gres <list>", "generic resources of a task, e.g. gpu:1")
    .option("--at-once <number>", "tasks at once; 0: no limit", wholeNumber, 0)
    .addOption(
      new Option("--setup <command>", "shell command before a task's work (repeatable)")
        .argParser(several)
        .default([]),
    )
    .addOption(backendOption())
    .action((file: string, options: SlurmOptions) => {
      const { jobs, folder } = opened(file, options);
      const { dryRun, retry = false, threads, backend, atOnce, setup, mem } = options;
      const { time, partition, account, gres } = options;
      const request = {
        name: jobs[0]?.sweep ?? "bars",
        cores: threads,
        atOnce,
        setup,
        env: { ...definitionsEnvironment(), ...(backend ? { BARS_BACKEND: backend } : {}) },
        ...(time ? { time } : {}),
        ...(mem ? { memory: mem } : {}),
        ...(partition ? { partition } : {}),
        ...(account ? { account } : {}),
        ...(gres ? { gres } : {}),
      };
      const batch = writeSlurmBatch(jobs, folder, request, { retry });
      if (batch === null) {
        console.log("nothing to submit: every job is finished, failed or being worked on");
        return;
      }
      if (dryRun) {
        console.log(batch.script);
        console.log(`${shownPath(batch.path)}: ${counted(batch.jobs.length, "task")}, not submitted`);
        return;
      }
      const array = submitBatch(batch.path);
      console.log(
        `submitted array ${array} of ${counted(batch.jobs.length, "task")} (${shownPath(batch.path)})`,
      );
      console.log(`bars sweep status ${file}   shows how they stand; squeue -j ${array} shows the queue`);
    });
}

/** What pools and Slurm tasks start. */
function jobCommand(): Command {
  return new Command("job")
    .description("do the job in a folder that `bars sweep` made")
    .argument("<folder>", "folder of the job", place)
    .action(async (folder: string) => {
      const { stepRunner } = await import("../sweep/stepRunner.js");
      await jobProcessMain(folder, stepRunner);
    });
}
