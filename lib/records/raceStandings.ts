import type { RaceConfig } from "../config/raceConfig";
import { mean } from "../util/statistics";
import type { RaceNetwork, RaceRecord, RaceResult } from "./raceRecord";

/** One rung of a race. */
export interface Rung {
  /** Counted from 0. */
  readonly rung: number;
  /** Networks in it. */
  readonly networks: number;
  /** Where it stops, epochs from the beginning; null for the first, which stops within the first epoch. */
  readonly epoch: number | null;
}

export function rungsOf({ rungs }: Pick<RaceConfig, "rungs">): Rung[] {
  const later = rungs.keep.map((networks, i) => ({
    rung: i + 1,
    networks,
    epoch: rungs.epochs[i] as number,
  }));
  return [{ rung: 0, networks: rungs.networks, epoch: null }, ...later];
}

/** Steps from the beginning to the end of a rung. */
export function stepsTo({ rungs }: Pick<RaceConfig, "rungs">, rung: number, stepsPerEpoch: number): number {
  return rung === 0 ? rungs.steps : (rungs.epochs[rung - 1] as number) * stepsPerEpoch;
}

/** Whether a rung's score is its training loss, negated; else it is the accuracy on the held-out images. */
export function isByLoss({ rungs }: Pick<RaceConfig, "rungs">, rung: number): boolean {
  return rung === 0 || (rungs.by === "loss" && rung < rungs.keep.length);
}

/** What a network reached in a rung; undefined where it has not run it. */
export function resultIn(network: RaceNetwork, rung: number): RaceResult | undefined {
  return network.results[rung];
}

/**
 * Networks that ran a rung, best first: by score, of equals the one with the smaller loss on the held-out images, then the
 * one proposed earlier. Those that diverged come last.
 */
export function ranking(networks: readonly RaceNetwork[], rung: number): RaceNetwork[] {
  const ran = networks.filter((network) => resultIn(network, rung) !== undefined);
  const score = (network: RaceNetwork) => resultIn(network, rung)?.score ?? Number.NEGATIVE_INFINITY;
  const loss = (network: RaceNetwork) => resultIn(network, rung)?.heldOut?.loss ?? 0;
  return ran.sort((a, b) => {
    const [mine, other] = [score(a), score(b)];
    if (mine !== other) return mine > other ? -1 : 1;
    return loss(a) - loss(b) || a.index - b.index;
  });
}

/** Networks a rung ran that did not diverge, best first. */
export function sound(networks: readonly RaceNetwork[], rung: number): RaceNetwork[] {
  return ranking(networks, rung).filter((network) => resultIn(network, rung)?.diverged === null);
}

/** The networks of a rung: all, or the best of the one before, in the order they were proposed. */
export function entrants(config: RaceConfig, networks: readonly RaceNetwork[], rung: number): RaceNetwork[] {
  if (rung === 0) return [...networks];
  const { networks: count } = rungsOf(config)[rung] as Rung;
  return sound(networks, rung - 1)
    .slice(0, count)
    .sort((a, b) => a.index - b.index);
}

/** Whether every network of a rung has run it. */
export function isComplete(config: RaceConfig, networks: readonly RaceNetwork[], rung: number): boolean {
  if (networks.length < config.rungs.networks) return false;
  for (let before = 0; before <= rung; before++) {
    const own = entrants(config, networks, before);
    if (own.some((network) => resultIn(network, before) === undefined)) return false;
  }
  return true;
}

/** With how many other seeds the networks of the last rung train again. */
export function seedsAgain({ rungs }: Pick<RaceConfig, "rungs">): number {
  return rungs.again ?? 0;
}

/** Networks of the last rung, best first, that train again with other seeds; none where the settings ask for none. */
export function finalists(config: RaceConfig, networks: readonly RaceNetwork[]): RaceNetwork[] {
  const last = config.rungs.keep.length;
  return seedsAgain(config) > 0 && isComplete(config, networks, last) ? sound(networks, last) : [];
}

/**
 * Mean score of a network's trainings with other seeds, null before they are all there. One that diverged makes it the worst.
 * Means of the same number of right images are equal: what rounding leaves of their sums is cut off.
 */
export function scoreAgain(config: RaceConfig, { again = [] }: RaceNetwork): number | null {
  if (again.length < seedsAgain(config)) return null;
  const score = mean(again.map((one) => one.score ?? Number.NEGATIVE_INFINITY));
  return Number.isFinite(score) ? Number(score.toFixed(9)) : score;
}

/** Trainings with other seeds that have ended, and all that there will be: as planned, until the last rung says how many networks come through. */
export function trainedAgain(
  config: RaceConfig,
  networks: readonly RaceNetwork[],
): { readonly done: number; readonly all: number } {
  const own = finalists(config, networks).length || (config.rungs.keep.at(-1) as number);
  const done = networks.reduce((sum, { again = [] }) => sum + again.length, 0);
  return { done, all: own * seedsAgain(config) };
}

/** Share in [0, 1] of a race's steps whose results are stored; 1 where there is a winner, though networks diverged on the way. */
export function shareDone({ config, data, networks, winner }: RaceRecord): number {
  if (winner !== null) return 1;
  const perEpoch = Math.max(1, Math.floor(data.trainImages / config.train.batchSize));
  const again = trainedAgain(config, networks);
  const stepsAgain = stepsTo(config, config.rungs.keep.length, perEpoch);
  let [done, all] = [again.done * stepsAgain, again.all * stepsAgain];
  for (const { rung, networks: count } of rungsOf(config)) {
    const before = rung === 0 ? 0 : stepsTo(config, rung - 1, perEpoch);
    const steps = stepsTo(config, rung, perEpoch) - before;
    done += steps * networks.filter((network) => resultIn(network, rung) !== undefined).length;
    all += steps * count;
  }
  return Math.min(1, done / all);
}

/** Whether there is nothing left to train. */
export function isDecided(config: RaceConfig, networks: readonly RaceNetwork[]): boolean {
  const done = isComplete(config, networks, config.rungs.keep.length);
  return done && finalists(config, networks).every((network) => scoreAgain(config, network) !== null);
}

/** The best network: of the last rung, or of its trainings with other seeds (of equals the better one in the last rung). */
export function bestOf(config: RaceConfig, networks: readonly RaceNetwork[]): RaceNetwork | undefined {
  const own = sound(networks, config.rungs.keep.length);
  if (seedsAgain(config) === 0) return own[0];
  const score = (network: RaceNetwork) => scoreAgain(config, network) ?? Number.NEGATIVE_INFINITY;
  return own.reduce<RaceNetwork | undefined>(
    (best, one) => (best === undefined || score(one) > score(best) ? one : best),
    undefined,
  );
}

/** Every network with where it stands. */
export function withStatus(config: RaceConfig, networks: readonly RaceNetwork[]): RaceNetwork[] {
  const rungs = rungsOf(config);
  const status = new Map<number, RaceNetwork["status"]>();
  for (const { rung } of rungs) {
    if (!isComplete(config, networks, rung)) break;
    const last = rung === rungs.length - 1;
    if (last && !isDecided(config, networks)) break;
    const best = last ? bestOf(config, networks) : undefined;
    const next = last ? (best ? [best] : []) : entrants(config, networks, rung + 1);
    for (const { index } of entrants(config, networks, rung)) status.set(index, "out");
    for (const { index } of next) status.set(index, last ? "winner" : "racing");
  }
  return networks.map((network) => {
    const diverged = network.results.some((result) => result.diverged !== null);
    return { ...network, status: diverged ? "diverged" : (status.get(network.index) ?? "racing") };
  });
}
