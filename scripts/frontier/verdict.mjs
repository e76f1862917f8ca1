// What the comparison of docs/frontier-protocol.md says so far, from the records in data/records/protocol, as Markdown.
//
//   node scripts/frontier/verdict.mjs [FOLDER]     prints it
//   node scripts/frontier/verdict.mjs --write      writes it into docs/frontier.md, its first table into README.md, too, and into docs/race.md how early losses rank

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bars, lib, root } from "./library.mjs";
import { writePart } from "./parts.mjs";
import { allUnits, keptRecord } from "./units.mjs";

const millions = ([low, high]) => {
  const ends = [low, high].map((value) => (value / 1e6).toFixed(2));
  return `${ends[0] === ends[1] ? ends[0] : ends.join(" to ")} M`;
};

const percent = ({ accuracy, sd }) =>
  `${(100 * accuracy).toFixed(1)}${sd === null ? "" : ` ± ${(100 * sd).toFixed(1)}`}`;

function bandText(name, band, exact, earlier) {
  const headline = bars.experiments.frontierPlan.headlines.find((one) => one.band === name);
  const exactly = bars.experiments.comparedRows(exact);
  const rows = bars.experiments.comparedRows(band).map((row, i) => {
    const { arm, runs, bops, ops } = row;
    return `| ${arm} | ${runs} | ${millions(bops)} | ${millions(ops)} | ${percent(row)} | ${percent(exactly[i])} |`;
  });
  const head =
    "| arm | runs | BOPs | OPs | 10,000 test images, % | the 9,980 exact ones, % |\n| --- | --- | --- | --- | --- | --- |";
  return [
    headline ? `### Headline, version ${headline.version}` : `### Band ${name}`,
    ...(rows.length > 0 ? [`${head}\n${rows.join("\n")}`] : []),
    bars.readings.fixedReading(band, { name, earlier }),
  ].join("\n\n");
}

/** All bands that have a record. */
export function verdictText(folder = join(root, "data/records/protocol")) {
  const bands = Object.entries(bars.experiments.fixedComparison(folder));
  const exact = bars.experiments.fixedComparison(folder, { which: "exact", checkpoint: "last" });
  const earlier = bars.records
    .loadTrainRecords(join(root, "data/records/frontier"))
    .map(({ record }) => record);
  if (bands.length === 0) return "No records yet: node scripts/frontier/run.mjs makes them.";
  return bands.map(([name, band]) => bandText(name, band, exact[name], earlier)).join("\n\n");
}

/** A row for each of them. */
export function glanceText(folder = join(root, "data/records/protocol")) {
  return bars.readings.fixedSummary(bars.experiments.fixedComparison(folder));
}

/** What has no record yet, by kind. */
export function missingText() {
  const kinds = new Map();
  for (const { id, sameAs, kind } of allUnits()) {
    const stored = [id, sameAs].some((one) => one !== undefined && existsSync(keptRecord(one)));
    const [without, all] = kinds.get(kind) ?? [0, 0];
    kinds.set(kind, [without + (stored ? 0 : 1), all + 1]);
  }
  const rows = [...kinds]
    .filter(([, [without]]) => without > 0)
    .map(([kind, [without, all]]) => `- ${kind}: ${without} of ${all}`);
  return rows.length === 0 ? "Nothing: all of it is run." : rows.join("\n");
}

const { decimalText } = lib("experiments/readings/readingText.js");
const tauText = (tau) =>
  tau === null
    ? "–"
    : `${decimalText(tau.value)}${tau.interval ? ` (${tau.interval.map((end) => decimalText(end)).join(" to ")})` : ""}`;

/** How the beginning of trainings orders their end: of the comparison, and of what was trained before it by the same recipe. */
export function earlyText() {
  const bands = Object.values(bars.experiments.fixedComparison(join(root, "data/records/protocol")));
  const all = bars.frontier.armRuns(bands.flatMap(bars.experiments.comparedArms));
  const compared = all.filter(({ recipe }) => recipe === all[0]?.recipe);
  const records = [
    ...(compared.length > 0 ? bars.frontier.findTrainRecords(compared.map(({ place }) => place)) : []),
    ...bars.records.loadTrainRecords(join(root, "data/records/frontier")),
  ].map(({ record }) => record);
  const [whole, band] = [undefined, [2.3e6, 3e6]].map((bops) =>
    bars.frontier.earlyRanking(records, { bops }),
  );
  const rows = [1, 2, 4, 6, 8].map((epochs) => {
    const cells = [whole, band].flatMap(({ ranks }) => {
      const { loss, accuracy } = ranks[epochs - 1];
      return [tauText(loss), tauText(accuracy)];
    });
    return `| ${epochs} | ${cells.join(" | ")} |`;
  });
  const head = `| epochs done | loss, all ${whole.networks} networks | training accuracy | loss, ${band.networks} of 2.3 to 3 M BOPs | training accuracy |`;
  const last = `| BOPs alone | ${tauText(whole.bops)} | | ${tauText(band.bops)} | |`;
  return [head, "| --- | --- | --- | --- | --- |", ...rows, last].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    options: { write: { type: "boolean" } },
    allowPositionals: true,
  });
  if (values.write && positionals.length > 0) {
    console.error(
      "verdict: --write takes the project's own records; leave the folder out, or print it without --write.",
    );
    process.exitCode = 2;
  } else if (values.write) {
    for (const page of ["docs/frontier.md", "README.md"]) writePart(page, "glance", glanceText());
    writePart("docs/frontier.md", "missing", missingText());
    writePart("docs/frontier.md", "verdict", verdictText());
    writePart("docs/race.md", "early", earlyText());
  } else console.log([glanceText(positionals[0]), verdictText(positionals[0])].filter(Boolean).join("\n\n"));
}
