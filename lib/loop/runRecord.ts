import { existsSync } from "node:fs";
import type { BackendInfo } from "../backend";
import { type DeclaredSettings, definedField } from "../config/definitions";
import { dataLabel, type KnownData } from "../data/dataLabel";
import type { DataInfo } from "../data/loadData";
import { counted } from "../util/counted";
import { RecordError } from "../util/errors";
import type { Definition } from "../util/variantTable";
import { version } from "../util/version";

/** What all records of runs have besides their settings. */
export interface RunHeader {
  readonly configHash: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly versions: { readonly bars: string; readonly node: string };
  readonly defined?: readonly Definition[];
  readonly backend: BackendInfo;
}

/** The header of a run that begins now; variants of the user's own that its settings name stand in it as `defined`. */
export function runHeader(
  configHash: string,
  backend: BackendInfo,
  ...settings: readonly DeclaredSettings[]
): RunHeader {
  const now = new Date().toISOString();
  return {
    configHash,
    createdAt: now,
    updatedAt: now,
    versions: { bars: version, node: process.versions.node },
    ...definedField(...settings),
    backend,
  };
}

/** The images of a run as its record describes them, with how many each part has. */
export function describedData<C extends object>({ name, note, contentHash, mean, std }: DataInfo, counts: C) {
  return {
    name,
    note,
    ...(contentHash === undefined ? {} : { contentHash }),
    ...counts,
    mean: [...mean],
    std: [...std],
  };
}

/** How a kind of run is spoken of. */
export interface RunWords {
  /** "this search" */
  readonly run: string;
  /** What a folder of another run holds: "a search with other settings". */
  readonly other: string;
  /** Before the hash a folder's run has, and before the own: "config ", "this one is". */
  readonly hashes: readonly [string, string];
  /** What to use instead of another folder. */
  readonly remedy: string;
}

/** @throws RecordError if a folder's record belongs to a run with another hash than the one that is to go on in it. */
export function checkSameRun(
  record: { readonly configHash: string },
  configHash: string,
  path: string,
  { other, hashes, remedy }: RunWords,
): void {
  if (record.configHash === configHash) return;
  throw new RecordError(
    `${path}: holds ${other} (${hashes[0]}${record.configHash.slice(0, 12)}, ${hashes[1]} ${configHash.slice(0, 12)}). Choose another folder, or ${remedy} stored in that record.`,
  );
}

/** @throws RecordError if the data found now are not those a run began on. */
export function checkSameData(began: KnownData, found: KnownData, path: string, { run }: RunWords): void {
  if (dataLabel(began) === dataLabel(found)) return;
  throw new RecordError(
    `${path}: ${run} began on ${dataLabel(began)}, the data found now are ${dataLabel(found)}. Provide the same data, or choose another folder.`,
  );
}

/** What of a running loop a checkpoint restores. */
export interface RestoredState {
  readonly position: { readonly epoch: number };
  restore(path: string, configHash: string, stepsPerEpoch: number): void;
}

/**
 * Restores a run's state from its checkpoint, where there is one, and gives the epochs that belong to it: the record is
 * written first, so that a crash between the two leaves it one ahead.
 *
 * @throws RecordError if the checkpoint does not fit, or is ahead of the record.
 */
export function resumedEpochs<E>(
  record: { readonly configHash: string; readonly epochs: readonly E[] },
  state: RestoredState,
  checkpoint: string,
  stepsPerEpoch: number,
): readonly E[] {
  if (existsSync(checkpoint)) state.restore(checkpoint, record.configHash, stepsPerEpoch);
  const { epoch } = state.position;
  if (epoch > record.epochs.length) {
    throw new RecordError(
      `${checkpoint}: the checkpoint was written after ${counted(epoch, "epoch")}, the record beside it holds ${counted(record.epochs.length, "epoch")}; they are not of one moment. Put the record back that was written with it, or remove both and start again.`,
    );
  }
  return record.epochs.slice(0, epoch);
}
