import { defaultSearchConfig, type SearchConfig } from "../config/searchConfig";
import { costMeasures } from "../cost/cost";
import { deriveInputOf } from "../derive/alphasAt";
import { derive } from "../derive/derive";
import type { OwnRule } from "../derive/ownRule";
import type { OwnRuleResults, PageRecord, PageSearch } from "../page/explore/exploreData";
import type { RaceFit, RaceRecord } from "../records/raceRecord";
import { checkRaceRecord } from "../records/raceRecordFile";
import { hashJson } from "../util/canonicalJson";
import { counted } from "../util/counted";
import { BarsError } from "../util/errors";

/** What a page gets of one race: the alphas fitted to its first rung, which every rule derives from. */
export function pageRace(
  value: unknown,
  { label, expression, rules }: { label: string; expression: string; rules: readonly OwnRule[] },
): PageSearch {
  try {
    const record = checkRaceRecord(value, expression);
    // Says by itself why a race without a fit cannot be derived from.
    deriveInputOf(record);
    return {
      ...raceSearch(record, record.fit as RaceFit, { label, expression }),
      ownRules: rules.map((rule) => resultOf(rule, record)),
    };
  } catch (error) {
    if (!(error instanceof BarsError)) throw error;
    const base = { label, expression, thinned: false };
    return { ...base, record: null, problem: error.message, notes: [], ownRules: [] };
  }
}

/** A race that has been checked, with its fit, as a page gets it. */
export function raceSearch(
  record: RaceRecord,
  fit: RaceFit,
  { label, expression }: { label: string; expression: string },
): PageSearch {
  return {
    label,
    expression,
    thinned: false,
    record: pageRecord(record, fit),
    problem: null,
    notes: notesOf(record, fit),
    ownRules: [],
  };
}

function pageRecord(record: RaceRecord, fit: RaceFit): PageRecord {
  const { kind, status, config, data } = record;
  const { space, band, train } = config;
  const { binarization } = train;
  return {
    config: { space, binarization, cost: { ...defaultSearchConfig.cost, ...heldBy(band) } },
    startAlphas: fit.alphas,
    epochs: [],
    chosen: null,
    configHash: record.configHash,
    recordHash: hashJson(record),
    seed: config.seed,
    bars: record.versions.bars,
    createdAt: record.createdAt,
    images: `${data.name}: ${data.trainImages} training + ${data.validationImages} held-out images`,
    ...(record.defined ? { defined: record.defined } : {}),
    race: {
      kind,
      status,
      config: { space, band, train: { binarization } },
      fit: { alphas: fit.alphas },
      networks: [],
    },
  };
}

/** The band as what a budget's control begins with. */
function heldBy({ measure, atMost }: RaceRecord["config"]["band"]): Partial<SearchConfig["cost"]> {
  const counted = costMeasures.find((known) => known === measure);
  return counted === undefined ? {} : { method: "log", measure: counted, budget: atMost };
}

function notesOf({ config, data, status }: RaceRecord, { networks, tau }: RaceFit): string[] {
  const rank =
    tau === null
      ? ""
      : `; Kendall's tau of predicted and measured scores ${tau.value.toFixed(2)} on networks left out, over all proposals`;
  return [
    ...(status === "finished" ? [] : [`This race is ${status}.`]),
    `Alphas fitted to the scores of ${counted(networks, "network")} of the first rung${rank}. ${data.name}; 1 seed (${config.seed}).`,
  ];
}

function resultOf(rule: OwnRule, record: RaceRecord): OwnRuleResults {
  try {
    return { name: rule.name, derivations: { fit: derive(deriveInputOf(record), rule) } };
  } catch (error) {
    return { name: rule.name, derivations: { fit: error instanceof Error ? error.message : String(error) } };
  }
}
