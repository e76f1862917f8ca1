import { type Table, type TableRecord, table } from "../../lib/records/table";

const column = (name: string) => ({ name, unit: null, description: name });
const made = (title: string, rows: readonly TableRecord[]) =>
  table(title, Object.keys(rows[0] ?? {}).map(column), rows, {
    sources: ["0123456789abcdef"],
    notes: ["Numbers made up for tests, 1 seed."],
  });

/** Two cells of two layers over three kept epochs, as `informationOverEpochs` gives them. */
export function madeUpInformation(): Table {
  const rows = [1, 4, 16].flatMap((epoch, e) =>
    [0, 1, 2, 3].map((layer) => ({
      epoch,
      place: `cell${layer >> 1}.layer${layer & 1}`,
      cell: layer >> 1,
      stage: layer >> 1,
      entropy: 0.6 + 0.08 * layer - 0.03 * e,
      inputInformation: 4 + 0.5 * layer - 0.4 * e,
      labelInformation: 0.1 * (layer + 1) * (e + 1),
      rankBefore: 2 + 2 * layer,
      rankAfter: 5 + 3 * layer,
    })),
  );
  return made("Layers over training", rows);
}

/** One ablation of each kind, as `ablate` gives them. */
export function madeUpAblations(): Table {
  const kinds = ["none", "real_layer", "no_shortcut", "real_downsampling", "cell_shortcut", "process"];
  const rows = kinds.map((kind, i) => {
    const change = i === 0 ? 0 : 0.06 - 0.04 * i;
    const around = { change, changeLow: change - 0.015, changeHigh: change + 0.01 };
    const tuned = { tunedChange: change / 2, tunedLow: change / 2 - 0.01, tunedHigh: change / 2 + 0.01 };
    return { kind, target: kind === "none" ? "as trained" : `cell${i}.edge${i}-0`, ...around, ...tuned };
  });
  return made("Ablations", rows);
}

/** Two networks on two engines, with whiskers. */
export function madeUpLatencies(): Table {
  return made("Latency", [
    { name: "ResNet-20", series: "packed", latencyMs: 2, lowMs: 1.5, highMs: 3 },
    { name: "ResNet-20", series: "float", latencyMs: 9, lowMs: 8, highMs: 11 },
    { name: "derived", series: "packed", latencyMs: 1.25, lowMs: 1.25, highMs: 1.5 },
  ]);
}

/** A reference and three variants, as `comparisonTable` gives them: one better, one no different, one of a single seed. */
export function madeUpComparison(): Table {
  const row = (variant: string, difference: number, half: number | null) => ({
    factor: variant === "reference" ? "reference" : "depth",
    variant,
    about: `about ${variant}`,
    difference,
    differenceLow: half === null ? null : difference - half,
    differenceHigh: half === null ? null : difference + half,
  });
  return made("Layouts", [
    row("reference", 0, 0),
    row("shallow", -0.02, 0.05),
    row("deep", 0.04, 0.01),
    row("once", 0.01, null),
  ]);
}

/** Three measures, as `measuresAgainstAccuracy` gives them. */
export function madeUpMeasures(): Table {
  const row = (score: string, spearman: number) => ({
    score,
    description: `about ${score}`,
    spearman,
    low: spearman - 0.3,
    high: spearman + 0.2,
  });
  return made("Measures", [row("bops", 0.1), row("minCut", 0.6), row("constantChannels", -0.4)]);
}
