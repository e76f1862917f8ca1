import { type Schedule, scheduleValue } from "../../config/schedule";
import { samplerProbabilities } from "../../derive/samplerProbabilities";
import type { SearchRecord } from "../../records/searchRecord";
import type { Alphas } from "../../space/alphas";
import { BarsError } from "../../util/errors";

/** Logits and probabilities of one moment of a search. */
export interface AlphaMoment {
  /** 0 is before the first step, `n` after the n-th epoch. */
  readonly epochsDone: number;
  readonly logits: Alphas;
  /** At the epoch's temperatures, without sampling noise. */
  readonly probabilities: Alphas;
}

/** The start of a search and the end of each of its epochs. */
export function alphaMoments(record: SearchRecord): AlphaMoment[] {
  const { samplers, epochs } = record.config;
  const start = (schedule: Schedule) => scheduleValue(schedule, 0, epochs);
  const at = {
    cell: start(samplers.cell.temperature),
    depth: start(samplers.depth.temperature),
    width: start(samplers.width.temperature),
  };
  const moments = [
    { epochsDone: 0, logits: record.startAlphas, temperature: at },
    ...record.epochs.map((epoch) => ({
      epochsDone: epoch.epoch + 1,
      logits: epoch.alphas,
      temperature: epoch.temperature,
    })),
  ];
  return moments.map(({ epochsDone, logits, temperature }) => ({
    epochsDone,
    logits,
    probabilities: samplerProbabilities(logits, {
      cell: { method: samplers.cell.method, temperature: temperature.cell },
      depth: { method: samplers.depth.method, temperature: temperature.depth },
      width: { method: samplers.width.method, temperature: temperature.width },
    }),
  }));
}

/**
 * The moment after `epochsDone` epochs.
 * @throws BarsError if the record has no such epoch.
 */
export function alphaMoment(record: SearchRecord, epochsDone: number, place: string): AlphaMoment {
  const moments = alphaMoments(record);
  const found = moments.find((moment) => moment.epochsDone === epochsDone);
  if (!found)
    throw new BarsError(
      `${place}: epochsDone must be an integer from 0 to ${moments.length - 1}, got ${epochsDone}.`,
    );
  return found;
}

/** Epochs at the start of a record in which alphas did not move. */
export function warmupEpochs(record: SearchRecord): number {
  return record.epochs.filter((epoch) => epoch.warmup).length;
}

/** A sentence on the marks of the warm-up, where a record has one: ` Shaded: warm-up.` */
export function warmupText(record: SearchRecord, sentence = "Shaded: warm-up."): string {
  return warmupEpochs(record) > 0 ? ` ${sentence}` : "";
}
