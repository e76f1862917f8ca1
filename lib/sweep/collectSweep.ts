import { join } from "node:path";
import { ops } from "../cost/cost";
import { readEvolutionRecord } from "../records/evolutionRecordFile";
import { readRaceRecord } from "../records/raceRecordFile";
import type { SearchRecord } from "../records/searchRecord";
import { readSearchRecord } from "../records/searchRecordFile";
import { type Table, type TableCell, type TableColumn, table } from "../records/table";
import type { TestResult, TrainRecord } from "../records/trainRecord";
import { readTrainRecord } from "../records/trainRecordFile";
import { jobFiles } from "./jobFolder";
import { type JobState, jobState, strayFolders } from "./jobState";
import { jobWarnings } from "./jobWarnings";
import { ownerText } from "./runSweep";
import type { SweepJob } from "./sweepJob";

const perImage = "for one image, one multiply-accumulate = 1";

const columns: readonly TableColumn[] = [
  { name: "job", unit: null, description: "name of the job" },
  { name: "run", unit: null, description: "name of its run in the sweep file" },
  { name: "stage", unit: null, description: "what the job does" },
  { name: "seed", unit: null, description: "of everything random in the job" },
  { name: "grid", unit: null, description: "its values of the run's grid, as JSON" },
  { name: "status", unit: null, description: "waiting, running, interrupted, failed, diverged or finished" },
  { name: "detail", unit: null, description: "who runs it, or why it failed" },
  { name: "budget", unit: "operations", description: `what was asked for, ${perImage}` },
  { name: "measure", unit: null, description: "what the budget counts" },
  { name: "budgetMet", unit: null, description: "whether the architecture stays within the budget" },
  {
    name: "warnings",
    unit: null,
    description: "what is odd about the architecture: empty cells, unfed nodes, least widths, warm-up",
  },
  { name: "flops", unit: "operations", description: `real-valued, ${perImage}` },
  { name: "bops", unit: "operations", description: `1-bit, ${perImage}` },
  { name: "ops", unit: "operations", description: "FLOPs + BOPs / 64" },
  { name: "accuracy", unit: "share", description: "after the last epoch of training, on all test images" },
  {
    name: "accuracyLow",
    unit: "share",
    description: "Wilson's 95 % interval over test images, of this one run",
  },
  {
    name: "accuracyHigh",
    unit: "share",
    description: "Wilson's 95 % interval over test images, of this one run",
  },
  { name: "exactAccuracy", unit: "share", description: "the same on the exact official test images alone" },
  {
    name: "bestAccuracy",
    unit: "share",
    description: "of the epoch best on held-out training images, on all test images",
  },
  {
    name: "sharedAccuracy",
    unit: "share",
    description: "of a search: the derived network with shared weights, test images",
  },
  { name: "epochs", unit: null, description: "done in the last step" },
  { name: "seconds", unit: "s", description: "of its epochs and evaluations, in all steps" },
  { name: "dataset", unit: null, description: "of the last step" },
  { name: "folder", unit: null, description: "of the job" },
  { name: "hash", unit: null, description: "of the settings of the last step's record" },
];

/**
 * Every job of a sweep with what its records hold, one row each. Jobs that are not finished are in it too, without
 * results, so that nobody takes a mean over the runs that happened to go well.
 *
 * @throws RecordError for a record of another schema, and a record that cannot be read.
 *
 * @example
 * ```ts
 * const runs = [{ name: "r", stage: "baseline", seeds: [0, 1], train: { preset: "smoke" }, baseline: { family: "resnet20" } }];
 * const sweep = bars.sweep.checkSweep({ kind: "bars.sweep", schema: 1, name: "tiny", runs }, "here", ".");
 * const table = bars.sweep.collectSweep(bars.sweep.expandSweep(sweep), "runs/tiny");
 * console.log(table.rows.map(({ status }) => status)); // ["waiting","waiting"]
 * ```
 */
export function collectSweep(jobs: readonly SweepJob[], folder: string): Table {
  const states = jobs.map((job) => jobState(folder, job));
  const counts = new Map<string, number>();
  for (const { status } of states) counts.set(status, (counts.get(status) ?? 0) + 1);
  const missed = states.filter(({ outcome }) => outcome?.budget?.met === false);
  const rows = states.map(rowOf);
  const odd = rows.filter(({ warnings }) => warnings !== null);
  return table(`Sweep ${jobs[0]?.sweep ?? ""}`, columns, rows, {
    sources: states.flatMap(({ folder: at, outcome, status }) =>
      status === "finished" && outcome?.record ? [join(at, outcome.record.path)] : [],
    ),
    notes: [
      `${[...counts].map(([status, count]) => `${count} ${status}`).join(", ")}`,
      ...missed.map(({ job, outcome }) => missedText(job, outcome?.budget)),
      ...odd.map(({ job, warnings }) => `${job}: ${warnings}`),
      ...strayNotes(jobs, folder),
    ],
  });
}

/** What to say of folders left from an earlier form of the sweep file. */
function strayNotes(jobs: readonly SweepJob[], folder: string): string[] {
  const stray = strayFolders(folder, jobs);
  if (stray.length === 0) return [];
  return [
    `left out, from an earlier form of the sweep file (remove them if they are not needed): ${stray.join(", ")}`,
  ];
}

/** What to say of a job whose architecture costs more than its budget. */
export function missedText(
  job: SweepJob,
  budget: { readonly measure: string; readonly asked: number; readonly got: number } | null | undefined,
): string {
  const { asked = 0, got = 0, measure = "" } = budget ?? {};
  const over = (100 * (got - asked)) / asked;
  return `${job.name} did not reach its budget: ${got} ${measure}, ${over.toFixed(1)} % above ${asked}`;
}

function rowOf(state: JobState): Table["rows"][number] {
  const { job, folder, status, outcome, owner } = state;
  const finished = status === "finished";
  const files = jobFiles(folder);
  const has = (step: string) => job.steps.some((one) => one.step === step);
  const search = finished && has("search") ? readSearchRecord(join(files.search, "record.json")) : null;
  const train = finished && has("train") ? readTrainRecord(join(files.train, "record.json")) : null;
  const evolved =
    finished && has("evolve") ? readEvolutionRecord(join(files.evolution, "record.json")).seconds : 0;
  const raced = finished && has("race") ? readRaceRecord(join(files.race, "record.json")).seconds : 0;
  const seconds = [search, train].flatMap((record) => record?.epochs.map((epoch) => epoch.seconds) ?? []);
  return {
    job: job.name,
    run: job.run,
    stage: job.stage,
    seed: job.seed,
    grid: Object.keys(job.grid).length > 0 ? JSON.stringify(job.grid) : null,
    status,
    detail: status === "running" ? ownerText(owner) : finished ? null : (outcome?.detail ?? null),
    budget: job.budget?.value ?? null,
    measure: job.budget?.measure ?? null,
    budgetMet: finished ? (outcome?.budget?.met ?? null) : null,
    warnings: finished ? jobWarnings(search, train).join("; ") || null : null,
    ...costOf(train, search),
    ...testsOf(train),
    sharedAccuracy: search?.test?.derivedAccuracy ?? null,
    epochs: (train ?? search)?.epochs.length ?? null,
    seconds: finished ? seconds.reduce((sum, value) => sum + value, evolved + raced) : null,
    dataset: (train ?? search)?.data.name ?? null,
    folder,
    hash: (train ?? search)?.configHash.slice(0, 12) ?? null,
  };
}

function costOf(train: TrainRecord | null, search: SearchRecord | null): Record<string, TableCell> {
  const chosen = search?.epochs[search.chosen?.epoch ?? search.epochs.length - 1];
  const cost = train?.cost ?? chosen?.derivedCost ?? null;
  if (cost === null) return { flops: null, bops: null, ops: null };
  return { flops: cost.flops, bops: cost.bops, ops: ops(cost) };
}

function testsOf(train: TrainRecord | null): Record<string, TableCell> {
  const of = (checkpoint: TestResult["checkpoint"], which: TestResult["which"]) =>
    train?.tests.find((test) => test.checkpoint === checkpoint && test.which === which);
  const last = of("last", "all");
  return {
    accuracy: last?.accuracy ?? null,
    accuracyLow: last?.interval[0] ?? null,
    accuracyHigh: last?.interval[1] ?? null,
    exactAccuracy: of("last", "exact")?.accuracy ?? null,
    bestAccuracy: of("best", "all")?.accuracy ?? null,
  };
}
