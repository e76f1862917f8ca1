import { deriveInputOf } from "../derive/alphasAt";
import { type Derivation, derive } from "../derive/derive";
import type { OwnRule } from "../derive/ownRule";
import type { OwnRuleResults, PageRecord, PageSearch } from "../page/explore/exploreData";
import { kindInJson } from "../records/readRecord";
import type { EpochRecord, SearchRecord } from "../records/searchRecord";
import { checkSearchRecord } from "../records/searchRecordFile";
import { hashJson } from "../util/canonicalJson";
import { counted } from "../util/counted";
import { BarsError } from "../util/errors";
import { pageRace } from "./pageRace";

/** Epochs a page holds at most; a slider of more stops tells no more. */
const mostEpochs = 200;

/** What a page gets of one search. A record that cannot be shown is no error: the page says what is wrong with it. */
export function pageSearch(
  value: unknown,
  { label, expression, rules }: { label: string; expression: string; rules: readonly OwnRule[] },
): PageSearch {
  if (kindInJson(value) === "bars.race-record") return pageRace(value, { label, expression, rules });
  const base = { label, expression, notes: [], thinned: false, ownRules: [] };
  let record: SearchRecord;
  try {
    record = checkSearchRecord(value, expression);
  } catch (error) {
    if (!(error instanceof BarsError)) throw error;
    return { ...base, record: null, problem: error.message };
  }
  const epochs = thinnedEpochs(record);
  const left = record.epochs.length - epochs.length;
  return {
    ...base,
    record: pageRecord(record, epochs),
    problem: null,
    notes: notesOf(record, left),
    thinned: left > 0,
    ownRules: rules.map((rule) => resultsOf(rule, record, epochs)),
  };
}

function pageRecord(record: SearchRecord, epochs: readonly EpochRecord[]): PageRecord {
  const { space, binarization, cost } = record.config;
  const { data } = record;
  return {
    config: { space, binarization, cost },
    startAlphas: record.startAlphas,
    epochs: epochs.map(({ epoch, alphas, warmup }) => ({ epoch, alphas, warmup })),
    chosen: record.chosen,
    configHash: record.configHash,
    recordHash: hashJson(record),
    seed: record.config.seed,
    bars: record.versions.bars,
    createdAt: record.createdAt,
    images: `${data.name}: ${data.weightImages} weight + ${data.alphaImages} alpha images`,
    ...(record.defined ? { defined: record.defined } : {}),
  };
}

/** At most {@link mostEpochs}, evenly spaced, with the first, the last and the one the search chose. */
export function thinnedEpochs({ epochs, chosen }: SearchRecord): readonly EpochRecord[] {
  if (epochs.length <= mostEpochs) return epochs;
  const step = (epochs.length - 1) / (mostEpochs - 2);
  const kept = new Set(Array.from({ length: mostEpochs - 1 }, (_, i) => Math.round(i * step)));
  if (chosen) kept.add(chosen.epoch);
  return epochs.filter((_, i) => kept.has(i));
}

function notesOf(
  { status, statusDetail, config, data, epochs, createdAt, versions }: SearchRecord,
  left: number,
): string[] {
  const how = statusDetail === null ? "" : `: ${statusDetail}`;
  const after = `after ${counted(epochs.length, "epoch")} of ${config.epochs}`;
  return [
    ...(status === "diverged"
      ? [`This search diverged ${after}${how}. What can be derived are the epochs before.`]
      : []),
    ...(status === "interrupted" ? [`This search was interrupted ${after}${how}.`] : []),
    ...(status === "running" ? [`This search was running when it was read, ${after}.`] : []),
    ...(epochs.length === 1
      ? ["One epoch is stored, so nothing is known of how much its margins move."]
      : []),
    ...(left > 0
      ? [
          `${epochs.length} epochs are stored; this page holds ${epochs.length - left} of them, so it forms no means over windows and does not say how far margins move. bars.derive reads all.`,
        ]
      : []),
    `${data.name}, ${data.weightImages} weight + ${data.alphaImages} alpha images; 1 seed (${config.seed}), no spread known; bars ${versions.bars}, ${createdAt.slice(0, 10)}`,
  ];
}

function resultsOf(rule: OwnRule, record: SearchRecord, epochs: readonly EpochRecord[]): OwnRuleResults {
  const at = (epoch: "start" | number): Derivation | string => {
    try {
      return derive(deriveInputOf(record, epoch), rule);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const places = ["start" as const, ...epochs.map(({ epoch }) => epoch)];
  return {
    name: rule.name,
    derivations: Object.fromEntries(places.map((epoch) => [String(epoch), at(epoch)])),
  };
}
