import { type Table, type TableColumn, type TableRecord, table } from "../records/table";
import { mean } from "../util/statistics";
import type { AnalysisRecord, KernelGradientRecord, TapMeasures } from "./analysisRecord";
import { blockName } from "./baselineCapacityGraph";

/**
 * By what an analysis is summed up.
 *
 * @example
 * ```ts
 * console.log(bars.analysis.reportLevels.join(" ")); // stage cell edge tap
 * ```
 */
export const reportLevels = ["stage", "cell", "edge", "tap"] as const;
export type ReportLevel = (typeof reportLevels)[number];

const columns: readonly TableColumn[] = [
  { name: "place", unit: null, description: "stage, cell, edge or tap" },
  { name: "layers", unit: null, description: "binarized layers in it" },
  {
    name: "minCut",
    unit: "bits",
    description: "smallest cut of its cells (M1); of a stage its narrowest cell's",
  },
  { name: "entropy", unit: "bits", description: "mean entropy of a channel's sign (M2)" },
  { name: "usedBits", unit: "bits", description: "bits in use, upper bound; the fewest of its layers (M2)" },
  { name: "inputInformation", unit: "bits", description: "I(X;T) of random codes (M3)" },
  { name: "labelInformation", unit: "bits", description: "I(T;Y) of random codes above chance (M3)" },
  {
    name: "rankBefore",
    unit: null,
    description: "effective rank of pooled features in front of the sign (M4)",
  },
  { name: "rankAfter", unit: null, description: "the same behind it" },
  { name: "distinctCodes", unit: "share", description: "different codes of one pixel (M5)" },
  { name: "within", unit: "share", description: "Hamming distance within classes (M5)" },
  { name: "between", unit: "share", description: "Hamming distance between classes" },
  {
    name: "probe",
    unit: "share",
    description: "accuracy of a linear probe; of a stage its last cell's (M6)",
  },
  { name: "zeroed", unit: "share", description: "values whose sign passes no gradient (M7)" },
  {
    name: "gradient",
    unit: "ratio",
    description: "norm of the kernels' gradient over that of the weights (M7)",
  },
  {
    name: "stuck",
    unit: "share",
    description: "weights that no gradient reaches, as beyond the window of their sign (M7)",
  },
  { name: "cosine", unit: null, description: "straight-through against smooth gradient (M7)" },
];

/**
 * One analysed network by stage, cell, edge or tap: means over the binarized layers of each place, unless the column
 * says otherwise. What lies outside of cells (stems, the head's input, all of a baseline) is "network".
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * await bars.train(bars.trainConfig({ data, batchSize: 8, epochs: 2 }), model, { directory: "runs/tiny-train" });
 * const settings = { images: 40, probeImages: 16, bits: 2, gradient: { batches: 0 } };
 * const analysis = await bars.analyzeNetwork("runs/tiny-train", null, { config: settings });
 * const table = bars.analysis.analysisReport(analysis, "stage");
 * console.log(table.rows.length, table.columns[0].name); // 3 place
 * ```
 */
export function analysisReport(record: AnalysisRecord, level: ReportLevel): Table {
  const places = new Map<string, TapMeasures[]>();
  for (const tap of record.taps) {
    const place = placeOf(tap, level);
    if (place !== null) places.set(place, [...(places.get(place) ?? []), tap]);
  }
  const rows = [...places].map(([place, taps]) => rowOf(record, level, place, taps));
  const name = record.run?.name ?? "a network";
  return table(`Analysis of ${name} by ${level}`, columns, rows, {
    sources: record.run ? [record.run.configHash] : [],
    notes: [
      `${record.data.images} training images of ${record.data.name}. One training: no spread over seeds.`,
    ],
  });
}

function placeOf({ name, cell, stage, edge }: TapMeasures, level: ReportLevel): string | null {
  switch (level) {
    case "tap":
      return name;
    case "edge":
      return cell !== null && edge ? `cell${cell}.edge${edge.to}-${edge.from}.${edge.primitive}` : null;
    case "cell":
      return cell === null ? (blockName(name) ?? "network") : `cell${cell}`;
    case "stage":
      return stage === null ? "network" : `stage${stage}`;
    default:
      return level satisfies never;
  }
}

function rowOf(
  record: AnalysisRecord,
  level: ReportLevel,
  place: string,
  taps: readonly TapMeasures[],
): TableRecord {
  const bits = taps.filter(({ kind }) => kind === "bits");
  const presign = taps.filter(({ kind }) => kind === "presign");
  const of = (from: readonly TapMeasures[], pick: (tap: TapMeasures) => number | null | undefined) =>
    from.flatMap((tap) => pick(tap) ?? []);
  const blocks = new Set(
    bits.flatMap(({ name, sameAs }) => [name, ...sameAs]).map((n) => n.replace(/(sign\.)?bits$/, "")),
  );
  const kernels = (record.gradient?.kernels ?? []).filter(({ name }) =>
    [...blocks].some((block) => name.startsWith(block)),
  );
  const cells = new Set(taps.map((tap) => placeOf(tap, "cell")));
  const cuts = (record.structure?.cells ?? []).filter(({ cell }) => cells.has(cellName(record, cell)));
  const wholeCells = level === "cell" || level === "stage";
  const used = of(bits, ({ entropy }) => entropy?.usedBits);
  const rank = (from: readonly TapMeasures[]) => meanOf(of(from, (tap) => tap.rank?.pooled.effectiveRank));
  return {
    place,
    layers: bits.length,
    minCut: wholeCells && cuts.length > 0 ? Math.min(...cuts.map(({ minCut }) => minCut.bits)) : null,
    entropy: meanOf(of(bits, ({ entropy }) => entropy?.layer)),
    usedBits: used.length > 0 ? Math.min(...used) : null,
    inputInformation: meanOf(of(bits, ({ information }) => information?.inputInformation)),
    labelInformation: meanOf(of(bits, ({ information }) => information?.labelInformationAboveChance)),
    rankBefore: rank(presign),
    rankAfter: rank(bits),
    distinctCodes: meanOf(of(bits, ({ codes }) => codes?.distinctShare)),
    within: meanOf(of(bits, ({ codes }) => codes?.distances.within)),
    between: meanOf(of(bits, ({ codes }) => codes?.distances.between)),
    probe: of(taps, ({ probe }) => probe?.accuracy).at(-1) ?? null,
    zeroed: meanOf(of(presign, ({ zeroed }) => zeroed)),
    gradient: meanOf(kernels.map(({ relativeNorm }) => relativeNorm)),
    stuck: stuckOf(kernels),
    cosine: meanOf(kernels.flatMap(({ cosine }) => cosine ?? [])),
  };
}

/** What {@link placeOf} calls a cell, or a block of a hand-made network, of the capacity graph. */
function cellName({ structure }: AnalysisRecord, cell: number): string {
  const tensor = structure?.graph.tensors.find((one) => one.cell === cell);
  return blockName(tensor?.name ?? "") ?? `cell${cell}`;
}

/** Of all weights together. */
function stuckOf(kernels: readonly KernelGradientRecord[]): number | null {
  const known = kernels.flatMap(({ stuck, weights }) => (stuck === undefined ? [] : { stuck, weights }));
  const all = known.reduce((sum, { weights }) => sum + weights, 0);
  return all > 0 ? known.reduce((sum, { stuck, weights }) => sum + stuck * weights, 0) / all : null;
}

function meanOf(values: readonly number[]): number | null {
  return values.length > 0 ? mean(values) : null;
}
