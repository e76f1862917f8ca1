import { flatSettings, type PlainSetting } from "../config/flatSettings";
import { totalCost } from "../cost/costTable";
import { comparedCost } from "../experiments/comparedModel";
import type { FoundRecord, TestChoice } from "../experiments/frontierRuns";
import { comparableRuns } from "../experiments/frontierRuns";
import type { RunPoint } from "../frontier/runPoint";
import type { PageAxis, PageRun } from "../page/runs/runsData";
import type { ModelSpec } from "../records/modelSpec";
import type { TrainRecord } from "../records/trainRecord";

/** Runs a page can show, and what it leaves out. */
export interface PageRuns {
  readonly runs: readonly PageRun[];
  readonly axes: readonly PageAxis[];
  readonly leftOut: readonly { readonly place: string; readonly why: string }[];
}

/**
 * Finished trainings as a page's runs. Left out, with the reason: what is not finished, what comes twice, and what was tested
 * on other images than the first.
 */
export function pageRuns(
  found: readonly FoundRecord[],
  choice: TestChoice,
  latencyMs: Readonly<Record<string, number>>,
): PageRuns {
  const { runs: all, leftOut } = comparableRuns(found, choice);
  const byPlace = new Map(found.map(({ place, record }) => [place, record]));
  const out = [...leftOut];
  const seen = new Set<string>();
  const kept = all.filter(({ run, place, testSet }) => {
    const why = seen.has(run)
      ? "the same run is there already"
      : testSet === all[0]?.testSet
        ? null
        : `tested on ${testSet}, the others on ${all[0]?.testSet}`;
    seen.add(run);
    if (why !== null) out.push({ place, why });
    return why === null;
  });
  const records = kept.map(({ place }) => byPlace.get(place) as TrainRecord);
  const differing = differingSettings(records);
  const runs = kept.map((point, i): PageRun => {
    const record = records[i] as TrainRecord;
    const { model, epochs } = record;
    const cost = comparedCost(record);
    return {
      ...point,
      costs: {
        bops: cost.bops,
        ops: cost.ops,
        flops: cost.flops,
        bits: cost.bits,
        parameters: cost.binaryParameters + cost.realParameters,
        latency: latencyMs[record.configHash] ?? latencyMs[point.name] ?? null,
      },
      genotype: model.kind === "genotype" ? model.genotype : null,
      about: aboutOf(model) + unfedText(point),
      curve: {
        train: epochs.map(({ trainAccuracy }) => trainAccuracy),
        validation: epochs.map(({ validation }) => validation?.accuracy ?? null),
        test: epochs.map(({ test }) => test?.accuracy ?? null),
      },
      settings: differing[i] ?? {},
    };
  });
  const counted: PageAxis[] = [
    { key: "bops", label: "BOPs", unit: "an image" },
    { key: "ops", label: "OPs", unit: "an image" },
    { key: "flops", label: "FLOPs", unit: "an image" },
    { key: "bits", label: "stored bits", unit: "a model" },
    { key: "parameters", label: "parameters", unit: "a model" },
    { key: "latency", label: "latency", unit: "ms an image" },
  ];
  const axes = counted.filter(({ key }) => runs.some(({ costs }) => costs[key] != null));
  return { runs, axes: axes.length > 0 ? axes : counted.slice(0, 1), leftOut: out };
}

function unfedText({ unfedBops = 0 }: RunPoint): string {
  if (unfedBops === 0) return "";
  return ` Trained with ${unfedBops.toLocaleString("en-US")} BOPs of operations that nothing feeds, which its costs leave out.`;
}

function aboutOf(model: ModelSpec): string {
  if (model.kind === "baseline")
    return `Hand-made: ${model.family}, block ${model.block}, width ${model.width}.`;
  const { origin, genotype } = model;
  const operations = genotype.cells.flat().length;
  const bits = totalCost(genotype).binaryParams;
  const rule = origin?.rule as { rule?: unknown } | null | undefined;
  const how = typeof rule?.rule === "string" ? `, derived by ${rule.rule}` : "";
  return `${operations} operations, ${bits} binary weights${how}.`;
}

/** Of every record the settings, and the choices its model came from, that are not the same in all. */
function differingSettings(records: readonly TrainRecord[]): Record<string, PlainSetting>[] {
  const all = records.map(({ config, model }) => {
    const origin = model.kind === "genotype" ? model.origin : null;
    const rule = (origin?.rule ?? null) as Record<string, unknown> | null;
    const derived =
      rule === null
        ? {}
        : Object.fromEntries(Object.entries(rule).map(([key, value]) => [`derive.${key}`, value]));
    return flatSettings({ ...config, ...derived, ...(origin ? { "derive.epoch": origin.epoch } : {}) });
  });
  const keys = [...new Set(all.flatMap((one) => Object.keys(one)))];
  const differing = keys.filter((key) => new Set(all.map((one) => JSON.stringify(one[key]))).size > 1);
  return all.map((one) => Object.fromEntries(differing.map((key) => [key, one[key] ?? null])));
}
