import type { Correlation } from "../../analysis/rankCorrelation";
import { measureNames } from "../../cost/cost";
import type { RaceRecord } from "../../records/raceRecord";
import type { SearchRecord } from "../../records/searchRecord";
import { counted } from "../../util/counted";
import { fitRanking } from "../fitRanking";
import { equalAlphas, raceRanking } from "../raceRanking";
import { countText, decimalText } from "./readingText";

/** Rank correlation with scores in a band from which on a source of proposals is worth its draws. */
const enough = 0.4;

/**
 * Whether the alphas of searches rank networks as short trainings of a race do, as Markdown: Kendall's τ of each search over the race's
 * uniform draws, of alphas that are all equal (how many draws prune to a network), of the number of binary operations alone, and of the alphas fitted to
 * the race's own scores.
 *
 * @param searches of the race's space, by name.
 * @throws RecordError where a search is of another space than the race.
 *
 * @example
 * ```ts
 * const race = bars.records.readRaceRecord("data/records/protocol/A-race-0.json");
 * const searches = bars.records.storedSearches("", "data/records/frontier/searches");
 * console.log(bars.readings.rankingReading(race, searches).includes("| BOPs alone |")); // true
 * ```
 */
export function rankingReading(race: RaceRecord, searches: Readonly<Record<string, SearchRecord>>): string {
  const judged = Object.entries(searches).map(([name, search]) => ({ name, ...raceRanking(search, race) }));
  const cheap = raceRanking(({ cost }) => cost.bops, race);
  const equal = raceRanking(equalAlphas(race.config.space), race);
  const fitted = race.fit === null ? null : fitRanking(race);
  const fit = "alphas fitted to the race, each network left out of its fit";
  const rows = [
    ...judged.map((row) => ({ ...row, name: `alphas of search \`${row.name}\`` })),
    { name: "equal alphas", networks: equal.networks, tau: equal.tau },
    { name: "BOPs alone", networks: cheap.networks, tau: cheap.tau },
    { name: fit, networks: fitted?.uniform ?? 0, tau: fitted?.tauOfUniform ?? null },
    {
      name: `${fit}, over later proposals, too`,
      networks: fitted?.networks ?? 0,
      tau: fitted?.tau ?? null,
    },
    {
      name: "whether a network is a later proposal, nothing else",
      networks: fitted?.networks ?? 0,
      tau: fitted?.tauOfOrigin ?? null,
    },
  ];
  const ranking = judged.filter(({ tau }) => tau !== null && tau.value >= enough).length;
  const table = rows.flatMap(({ name, tau, networks }) =>
    tau === null ? [] : [`| ${name} | ${tauText(tau)} | ${networks} |`],
  );
  return [
    `**${ranking} of ${counted(judged.length, "search", "searches")}** ranked the race's uniform draws with a τ of ${enough} or more. ${measured(race)}`,
    ["| ranked by | Kendall's τ (95 % interval) | networks |", "| --- | --- | --- |", ...table].join("\n"),
  ].join("\n\n");
}

function measured({ config }: RaceRecord): string {
  const { band, rungs, seed } = config;
  const names: Readonly<Record<string, string>> = measureNames;
  const limits = `${countText(band.atLeast)} to ${countText(band.atMost)} ${names[band.measure] ?? band.measure} an image`;
  return (
    `What is ranked: networks of ${limits}, by the mean training loss of their first ${rungs.steps} steps ` +
    `(of the last ${rungs.lossSteps} of these, on images not seen before); one race, seed ${seed}.`
  );
}

function tauText({ value, interval }: Pick<Correlation, "value" | "interval">): string {
  const between = interval === null ? "" : ` (${interval.map((end) => decimalText(end)).join(" to ")})`;
  return `${decimalText(value)}${between}`;
}
