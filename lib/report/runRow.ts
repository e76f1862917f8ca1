import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { methodOf } from "../experiments/frontierRuns";
import type { ReportRow, RunStatus } from "../page/report/reportData";
import { evaluatedImages } from "../records/evaluatedImages";
import type { EvolutionRecord } from "../records/evolutionRecord";
import type { RaceRecord } from "../records/raceRecord";
import { rungsOf, scoreAgain, seedsAgain, shareDone, trainedAgain } from "../records/raceStandings";
import type { SearchRecord } from "../records/searchRecord";
import type { Table } from "../records/table";
import type { TestResult, TrainRecord } from "../records/trainRecord";
import { counted, countedOf } from "../util/counted";
import { folderOwner } from "../util/folderOwner";
import type { FoundFile } from "./findRuns";
import type { RunRecord } from "./readRun";

/** The name of a run's page: of its place, so that it stays when the run goes on. */
export function runId(place: string): string {
  return createHash("sha256").update(place).digest("hex").slice(0, 12);
}

type Own = Partial<ReportRow> & Pick<ReportRow, "kind" | "name" | "status">;

const nothing = {
  detail: null,
  dataset: null,
  method: null,
  seed: null,
  share: null,
  progress: null,
  test: null,
  choice: null,
  measured: null,
  ops: null,
  bops: null,
  flops: null,
  bits: null,
  parameters: null,
  seconds: null,
  created: null,
  updated: null,
  config: null,
  bars: null,
} as const;

/** A row with all that `own` leaves open. */
export function rowAt(place: string, own: Own): ReportRow {
  return { id: runId(place), ...nothing, ...own, place };
}

/** A run as one line of the table. */
export function runRow(record: RunRecord, file: FoundFile): ReportRow {
  return rowAt(file.place, ownRow(record, file));
}

function ownRow(record: RunRecord, file: FoundFile): Own {
  switch (record.kind) {
    case "bars.search-record":
      return { ...common(record, file), ...searchRow(record, file) };
    case "bars.train-record":
      return { ...common(record, file), ...trainRow(record) };
    case "bars.race-record":
      return { ...common(record, file), ...raceRow(record, file) };
    case "bars.evolution-record":
      return { ...common(record, file), ...evolutionRow(record, file) };
    case "bars.table":
      return tableRow(record, file);
    default:
      return record satisfies never;
  }
}

function common(record: Exclude<RunRecord, Table>, { path }: FoundFile) {
  return {
    status: statusOf(record.status, path),
    detail: record.statusDetail,
    dataset: record.data?.name ?? null,
    created: record.createdAt,
    updated: record.updatedAt,
    config: record.configHash.slice(0, 12),
    bars: record.versions.bars,
  };
}

/** A record that says "running" is believed only while a process has its folder. */
function statusOf(status: RunStatus, path: string): RunStatus {
  return status === "running" && folderOwner(dirname(path)) === null ? "stopped" : status;
}

/** Of a record in a folder of its own the folder's name; of a step of a sweep's job the job's; else the file's. */
function nameOf({ place, path }: FoundFile): string {
  const parts = place.split("/");
  const file = parts.pop() as string;
  if (file !== "record.json" || parts.length === 0) return file.replace(/\.json$/, "");
  const own = parts.pop() as string;
  const ofJob = parts.length > 0 && existsSync(join(dirname(dirname(path)), "job.json"));
  return (ofJob ? parts.pop() : undefined) ?? own;
}

function sum(values: readonly { readonly seconds: number }[]): number {
  return values.reduce((total, { seconds }) => total + seconds, 0);
}

const grouped = (value: number) => value.toLocaleString("en");

function searchRow(record: SearchRecord, file: FoundFile): Partial<Own> & Pick<Own, "kind" | "name"> {
  const { config, epochs, chosen, test } = record;
  const at = epochs.find(({ epoch }) => epoch === chosen?.epoch) ?? epochs.at(-1);
  return {
    kind: "search",
    name: nameOf(file),
    method: config.samplers.cell.method,
    seed: config.seed,
    share: Math.min(1, epochs.length / config.epochs),
    progress: countedOf(epochs.length, config.epochs, "epoch"),
    choice: at?.derivedAccuracy ?? null,
    measured:
      at === undefined
        ? null
        : `choice: argmax architecture with shared weights at epoch ${at.epoch + 1}, ${grouped(evaluatedImages(record))} images of the alpha split${test === null ? "" : `; of ${grouped(test.images)} test images ${(100 * test.derivedAccuracy).toFixed(1)} %`}`,
    ...(at?.derivedCost ?? {}),
    seconds: sum(epochs),
  };
}

/** The test result a table shows: after the last epoch, on all images, recalibrated, where there is one. */
export function shownTest(tests: readonly TestResult[]): TestResult | undefined {
  const rank = ({ checkpoint, which, recalibrated }: TestResult) =>
    4 * Number(checkpoint === "last") + 2 * Number(which === "all") + Number(recalibrated);
  return [...tests].sort((a, b) => rank(b) - rank(a))[0];
}

function testText({ images, which, checkpoint, epoch, recalibrated }: TestResult): string {
  return `test: ${grouped(images)} ${which === "exact" ? "exact " : ""}test images, ${checkpoint} epoch (${epoch + 1})${recalibrated ? ", batch norms recalibrated" : ""}`;
}

function trainRow({
  config,
  model,
  epochs,
  cost,
  tests,
  best,
  data,
}: TrainRecord): Partial<Own> & Pick<Own, "kind" | "name"> {
  const test = shownTest(tests);
  const all = config.twoStep.firstEpochs + config.epochs;
  const { flops, bops, ops, bits, binaryParameters, realParameters } = cost;
  const held =
    best === null
      ? null
      : `choice: best epoch (${best.epoch + 1}) on ${grouped(data.validationImages)} held-out training images`;
  return {
    kind: "training",
    name: model.name,
    method: methodOf(model),
    seed: config.seed,
    share: Math.min(1, epochs.length / all),
    progress: countedOf(epochs.length, all, "epoch"),
    test: test?.accuracy ?? null,
    choice: best?.accuracy ?? null,
    measured: [...(test ? [testText(test)] : []), ...(held ? [held] : [])].join("; ") || null,
    ...{ flops, bops, ops, bits },
    parameters: binaryParameters + realParameters,
    seconds: sum(epochs),
  };
}

function raceRow(record: RaceRecord, file: FoundFile): Partial<Own> & Pick<Own, "kind" | "name"> {
  const { config, networks, winner, tests, seconds } = record;
  const more = seedsAgain(config);
  const again = trainedAgain(config, networks);
  const all = rungsOf(config).reduce((total, rung) => total + rung.networks, again.all);
  const done = networks.reduce((total, { results }) => total + results.length, again.done);
  const won = winner === null ? undefined : networks[winner];
  const held = (more > 0 ? won?.again?.[0] : won?.results.at(-1))?.heldOut ?? null;
  const choice = more > 0 && won ? scoreAgain(config, won) : (held?.accuracy ?? null);
  const test = shownTest(tests);
  return {
    kind: "race",
    name: nameOf(file),
    method: "race",
    seed: config.seed,
    share: shareDone(record),
    progress: countedOf(done, all, "network run", "network runs"),
    test: test?.accuracy ?? null,
    choice,
    measured:
      [
        ...(test ? [`${testText(test)}, of the winner`] : []),
        ...(held
          ? [
              `choice: winner on ${grouped(held.images)} held-out training images${more > 0 ? `, mean of ${counted(more, "other seed")}` : ""}`,
            ]
          : []),
      ].join("; ") || null,
    ops: won?.cost.ops ?? null,
    bops: won?.cost.bops ?? null,
    flops: won?.cost.flops ?? null,
    seconds,
  };
}

function evolutionRow(
  { config, history, best, data, seconds }: EvolutionRecord,
  file: FoundFile,
): Partial<Own> & Pick<Own, "kind" | "name"> {
  const fittest = best === null ? undefined : history[best];
  const { fitness } = config;
  // By early losses it is no accuracy.
  const early = fitness.kind === "training" && fitness.early !== undefined;
  const on = data === null ? "" : `, ${grouped(data.images)} images`;
  return {
    kind: "evolution",
    name: nameOf(file),
    method: `evolution, fitness by ${early ? "early losses" : fitness.kind}`,
    seed: config.seed,
    share: Math.min(1, history.length / config.evaluations),
    progress: countedOf(history.length, config.evaluations, "evaluation"),
    choice: early ? null : (fittest?.fitness ?? null),
    measured:
      fittest === undefined
        ? null
        : early
          ? `fitness of the fittest, exp(−loss) of its first ${counted(fitness.early.steps, "step")}: ${fittest.fitness.toFixed(4)}`
          : `choice: fitness of the fittest by ${fitness.kind}${on}`,
    seconds,
  };
}

function tableRow({ title, rows, provenance }: Table, { changedMs, place }: FoundFile): Own {
  return {
    kind: "table",
    name: title || basename(place),
    status: "finished",
    share: 1,
    progress: `${rows.length} rows`,
    updated: new Date(changedMs).toISOString(),
    bars: provenance.bars,
  };
}
