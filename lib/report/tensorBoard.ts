import { createHash } from "node:crypto";
import { join } from "node:path";
import { Writer } from "protobufjs/minimal";
import { curvesOf } from "../page/report/curves";
import type { EvolutionRecord } from "../records/evolutionRecord";
import type { SearchRecord } from "../records/searchRecord";
import type { TrainRecord } from "../records/trainRecord";
import { writeFileAtomic } from "../util/atomicFile";
import { crc32c } from "../util/crc32c";
import { reportRoots } from "./findRuns";
import { readReport } from "./readReport";
import type { RunRecord } from "./readRun";
import { shownTest } from "./runRow";

/** A number at a step, as TensorBoard draws it. */
export interface Scalar {
  readonly tag: string;
  /** Epochs or evaluations, counted from 1. */
  readonly step: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly value: number;
}

/** What {@link writeTensorBoard} did. */
export interface WrittenTensorBoard {
  /** Runs with an event file; sweeps, races and tables have no curves over epochs. */
  readonly runs: number;
  readonly scalars: number;
  readonly leftOut: readonly { readonly place: string; readonly why: string }[];
}

/**
 * Writes one TensorBoard event file for every search, training and evolution below some places, in a folder of its own each:
 * `tensorboard --logdir OUT` shows them as runs. Tags are those of the curves of `writeReport` (`accuracy/held out`), with the
 * test result and the costs at the last step. Times are the run's start plus the time its epochs took.
 *
 * An event file is a row of records: length (8 bytes, little endian), its masked CRC-32C, an `Event` of protocol buffers, its
 * masked CRC-32C (TensorFlow, `tensorflow/core/lib/io/record_writer.h` and `core/util/event.proto`).
 *
 * @throws RecordError for a place that is not there.
 *
 * @example
 * ```ts
 * const { runs } = bars.report.writeTensorBoard(["data/records/frontier"], "runs/tensorboard");
 * console.log(runs); // 46
 * ```
 */
export function writeTensorBoard(places: readonly string[], out: string): WrittenTensorBoard {
  let [runs, scalars] = [0, 0];
  const leftOut: { place: string; why: string }[] = [];
  const taken = new Set<string>();
  const content = readReport(reportRoots(places), {
    onRecord({ row }, record) {
      const found = scalarsOf(record);
      if (found.length === 0) {
        leftOut.push({ place: row.place, why: "it has no numbers over epochs" });
        return;
      }
      const folder = freeName(row.place.replace(/(^|\/)record\.json$|\.json$/, "") || row.name, taken);
      writeFileAtomic(join(out, folder, eventFileName(record as TrainRecord)), [eventFile(found)]);
      runs += 1;
      scalars += found.length;
    },
  });
  const sweeps = content.sweeps.map(({ entry }) => ({
    place: entry.row.place,
    why: "a sweep has no numbers over epochs of its own",
  }));
  return { runs, scalars, leftOut: [...leftOut, ...sweeps, ...content.problems] };
}

/** A name, or with a number behind it where another run has it: `a/record.json` and `a.json` are two runs. */
function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let i = 2; taken.has(free); i++) free = `${name}-${i}`;
  taken.add(free);
  return free;
}

/** TensorBoard takes files with `tfevents` in their names; the number is the start in seconds, so that runs sort. */
function eventFileName({ createdAt, configHash }: Pick<TrainRecord, "createdAt" | "configHash">): string {
  const start = Math.floor(Date.parse(createdAt) / 1000);
  return `events.out.tfevents.${start}.bars.${createHash("sha256").update(configHash).digest("hex").slice(0, 8)}`;
}

function scalarsOf(record: RunRecord): Scalar[] {
  if (record.kind === "bars.table" || record.kind === "bars.race-record") return [];
  const start = Date.parse(record.createdAt) / 1000;
  const times = timesOf(record, start);
  const last = times.length;
  const over = curvesOf(record).flatMap(({ key, series }) =>
    series.flatMap(({ name, values }) =>
      values.flatMap((value, i): Scalar[] =>
        value === null ? [] : [{ tag: `${key}/${name}`, step: i + 1, wallTime: times[i] ?? start, value }],
      ),
    ),
  );
  const end = (tag: string, value: number | undefined): Scalar[] =>
    value === undefined || last === 0 ? [] : [{ tag, step: last, wallTime: times[last - 1] ?? start, value }];
  if (record.kind !== "bars.train-record") return over;
  const { ops, bops, flops, bits } = record.cost;
  return [
    ...over,
    ...end("result/test accuracy", shownTest(record.tests)?.accuracy),
    ...end("model/OPs", ops),
    ...end("model/BOPs", bops),
    ...end("model/FLOPs", flops),
    ...end("model/bits", bits),
  ];
}

/** When each epoch ended, had the run not stopped in between; of an evolution, whose parts have no times, evenly. */
function timesOf(record: SearchRecord | TrainRecord | EvolutionRecord, start: number): number[] {
  if (record.kind === "bars.evolution-record") {
    const each = record.seconds / Math.max(1, record.history.length);
    return record.history.map((_, i) => start + each * (i + 1));
  }
  let at = start;
  return record.epochs.map(({ seconds }) => {
    at += seconds;
    return at;
  });
}

/** The bytes of an event file. */
export function eventFile(scalars: readonly Scalar[]): Uint8Array {
  const first = Writer.create();
  first.uint32(tag(1, 1)).double(scalars[0]?.wallTime ?? 0);
  first.uint32(tag(3, 2)).string("brain.Event:2");
  const events = scalars.map(({ tag: name, step, wallTime, value }) => {
    const event = Writer.create();
    event.uint32(tag(1, 1)).double(wallTime);
    event.uint32(tag(2, 0)).int64(step);
    // Event.summary, a Summary with one Value: its tag and its simple_value.
    event.uint32(tag(5, 2)).fork().uint32(tag(1, 2)).fork();
    event.uint32(tag(1, 2)).string(name).uint32(tag(2, 5)).float(value);
    return event.ldelim().ldelim().finish();
  });
  return Buffer.concat([first.finish(), ...events].map(framed));
}

/** Number and wire type of a field. */
function tag(field: number, wire: 0 | 1 | 2 | 5): number {
  return (field << 3) | wire;
}

function framed(data: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(data.length + 16);
  frame.writeBigUInt64LE(BigInt(data.length), 0);
  frame.writeUInt32LE(masked(frame.subarray(0, 8)), 8);
  frame.set(data, 12);
  frame.writeUInt32LE(masked(data), 12 + data.length);
  return frame;
}

/** Checksums of files that hold checksums are turned and moved, so that they are none of their own. */
function masked(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
