import type { RaceConfig } from "../config/raceConfig";
import type { RaceNetwork, RaceRecord } from "../records/raceRecord";
import {
  bestOf,
  entrants,
  isByLoss,
  isComplete,
  isDecided,
  ranking,
  resultIn,
  rungsOf,
  scoreAgain,
  seedsAgain,
  sound,
  trainedAgain,
} from "../records/raceStandings";
import { counted } from "../util/counted";
import { clockText } from "../util/progressMeter";

const whole = (value: number) => Math.round(value).toLocaleString("en-US");
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/**
 * A race as a few lines for a terminal: the rungs, who leads, how that was measured.
 *
 * @example
 * ```ts
 * const record = bars.records.readRaceRecord("data/records/race-small-seed0.json");
 * console.log(bars.experiments.raceText(record).split("\n").length > 3); // true
 * ```
 */
export function raceText(record: RaceRecord): string {
  const { config, networks, status, statusDetail, draws, fit, data, seconds } = record;
  const { band } = config;
  const rows: (readonly [string, string])[] = [
    ["race", `${status}${statusDetail === null ? "" : `: ${statusDetail}`}`],
    [
      "band",
      `${whole(band.atLeast)} to ${whole(band.atMost)} ${band.measure} for one image, one multiply-accumulate = 1`,
    ],
    [
      "networks",
      `${counted(networks.length, "network")} in ${counted(draws.made, "draw")} (${originsText(networks)})`,
    ],
    ...rungsOf(config).map((rung) => [`rung ${rung.rung + 1}`, rungText(record, rung.rung)] as const),
    ...(seedsAgain(config) > 0 ? [["again", againText(record)] as const] : []),
    ...(fit?.tau ? [["fit", fitText(fit.tau, fit.networks)] as const] : []),
    [
      "data",
      `${data.name}: ${whole(data.trainImages)} images train, ${whole(data.validationImages)} are held out`,
    ],
    ["time", `${clockText(seconds)}, seed ${config.seed}`],
    ...winnerRows(record),
  ];
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, text]) => `${name.padEnd(width)}${text}`).join("\n");
}

function originsText(networks: readonly RaceNetwork[]): string {
  const counts = new Map<string, number>();
  for (const { origin } of networks) counts.set(origin.kind, (counts.get(origin.kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(", ");
}

function rungText(record: RaceRecord, rung: number): string {
  const { config, networks } = record;
  const { epoch, networks: planned } = rungsOf(config)[rung] as ReturnType<typeof rungsOf>[number];
  const own = ranking(networks, rung);
  const until = epoch === null ? `${config.rungs.steps} steps` : `epoch ${epoch}`;
  const open = rung === 0 || isComplete(config, networks, rung - 1);
  const size = rung > 0 && open ? entrants(config, networks, rung).length : planned;
  const done = `${own.length}/${size} to ${until}`;
  const best = sound(networks, rung)[0];
  if (best === undefined) return done;
  const diverged = own.length - sound(networks, rung).length;
  return `${done}, best ${scoreText(config, best, rung)} (network ${best.index})${diverged > 0 ? `, ${diverged} diverged` : ""}`;
}

function againText({ config, networks }: RaceRecord): string {
  const { done, all } = trainedAgain(config, networks);
  const text = `${done}/${all} trainings with other seeds`;
  const best = isDecided(config, networks) ? bestOf(config, networks) : undefined;
  return best ? `${text}, best mean ${againScoreText(config, best)} (network ${best.index})` : text;
}

function againScoreText(config: RaceConfig, network: RaceNetwork): string {
  const score = scoreAgain(config, network);
  return score === null || !Number.isFinite(score) ? "of none" : `${percent(score)} of held-out images`;
}

function scoreText(config: RaceConfig, network: RaceNetwork, rung: number): string {
  const result = resultIn(network, rung);
  if (result?.heldOut && !isByLoss(config, rung))
    return `${percent(result.heldOut.accuracy)} of held-out images`;
  return `mean training loss ${result?.loss?.mean.toFixed(4)}`;
}

function fitText(
  tau: { readonly value: number; readonly interval: readonly [number, number] | null },
  n: number,
) {
  const interval =
    tau.interval === null ? "" : ` (95 % ${tau.interval.map((value) => value.toFixed(2)).join(" to ")})`;
  return `alphas of ${counted(n, "network")}, cross-validated Kendall's tau ${tau.value.toFixed(2)}${interval} over all proposals`;
}

function winnerRows({ networks, winner, config, tests }: RaceRecord): (readonly [string, string])[] {
  const best = winner === null ? undefined : networks[winner];
  if (best === undefined) return [];
  const { cost, origin, index } = best;
  const from = origin.parent === null ? origin.kind : `mutation of network ${origin.parent}`;
  const test = tests.find(({ which }) => which === "all");
  return [
    [
      "winner",
      `network ${index} (${from}, generation ${origin.generation}): ${
        seedsAgain(config) > 0
          ? `${againScoreText(config, best)}, mean of ${counted(seedsAgain(config), "other seed")}`
          : scoreText(config, best, config.rungs.keep.length)
      }`,
    ],
    ["", `${whole(cost.flops)} FLOPs, ${whole(cost.bops)} BOPs, ${whole(cost.ops)} OPs (FLOPs + BOPs / 64)`],
    ...(test
      ? [["test", `${percent(test.accuracy)} of ${whole(test.images)} test images, measured once`] as const]
      : []),
    [
      "note",
      "the best of many on the images it was chosen by: train it on all images, with other seeds, to know what it reaches",
    ],
  ];
}
