import { fitAlphas, raceFitKey } from "../analysis/fitAlphas";
import type { RaceConfig } from "../config/raceConfig";
import { KeptRun } from "../loop/keptRun";
import type { RaceNetwork, RaceRecord, RaceResult } from "../records/raceRecord";
import { raceRecordSchema, writeRaceRecord } from "../records/raceRecordFile";
import {
  bestOf,
  entrants,
  finalists,
  isByLoss,
  isComplete,
  type Rung,
  resultIn,
  rungsOf,
  scoreAgain,
  seedsAgain,
  sound,
  stepsTo,
  trainedAgain,
  withStatus,
} from "../records/raceStandings";
import type { Genotype } from "../space/genotype";
import { counted, countedOf } from "../util/counted";
import { BarsError, InterruptedError } from "../util/errors";
import { silentProgress } from "../util/progress";
import { nextGeneration, type ProposalSources } from "./propose";
import type { RaceOptions } from "./raceOptions";
import { checkSameMachine, newRaceRecord, rejectLongRung } from "./raceRecordStart";
import type { RaceOutcome } from "./raceTask";
import type { WorkerPool } from "./workerPool";

/** One race in progress: its record, what is trained next, and what is written when. */
export class RaceRun {
  readonly #kept: KeptRun<RaceRecord>;
  readonly #begun = performance.now();
  readonly #before: number;
  /** Steps every network has taken, in trainings that run. */
  readonly #steps = new Map<number, number>();
  /** The same of trainings with other seeds, by network and seed. */
  readonly #stepsAgain = new Map<string, number>();

  constructor(
    readonly config: RaceConfig,
    own: readonly Genotype[],
    configHash: string,
    earlier: RaceRecord | null,
    path: string,
    readonly pool: WorkerPool,
    readonly sources: ProposalSources,
    readonly options: Pick<RaceOptions, "progress" | "onChange">,
    readonly signal: AbortSignal,
  ) {
    if (earlier) checkSameMachine(earlier, pool.about, path);
    rejectLongRung(config, pool.about);
    const start = earlier ?? newRaceRecord(config, own, configHash, pool.about);
    this.#before = start.seconds;
    this.#kept = new KeptRun("race", start, (record) => writeRaceRecord(path, record));
  }

  async finish(): Promise<RaceRecord> {
    try {
      await this.#put({ status: "running", statusDetail: null });
      await this.#firstRung();
      for (const rung of rungsOf(this.config).slice(1)) await this.#rung(rung);
      if (seedsAgain(this.config) > 0) await this.#again();
      const winner = bestOf(this.config, this.record.networks);
      if (winner === undefined) throw this.#allDiverged(this.config.rungs.keep.length + 1);
      if (this.config.test) await this.#test(winner);
      await this.#put({ status: "finished", winner: winner.index });
      return this.record;
    } catch (error) {
      if (error instanceof InterruptedError) throw this.#interrupted();
      await this.#put({
        status: "failed",
        statusDetail: error instanceof Error ? error.message : String(error),
      });
      throw error;
    } finally {
      (this.options.progress ?? silentProgress).stop();
    }
  }

  get record(): RaceRecord {
    return this.#kept.record;
  }

  /** Generation by generation: the next one is proposed when all before it have a score. */
  async #firstRung(): Promise<void> {
    const [first] = rungsOf(this.config) as [Rung];
    this.#begin(first);
    for (;;) {
      await this.#train(this.record.networks, first);
      if (isComplete(this.config, this.record.networks, 0)) break;
      if (this.signal.aborted) throw new InterruptedError("race: stopped.");
      const { networks, draws } = nextGeneration(
        this.config,
        this.record.networks,
        this.record.draws,
        this.sources,
      );
      await this.#put({ networks: [...this.record.networks, ...networks], draws });
    }
    const scored = this.record.networks.flatMap((network) => {
      const score = resultIn(network, 0)?.score ?? null;
      return score === null ? [] : [{ genotype: network.genotype, score }];
    });
    const key = raceFitKey(this.config.seed);
    if (this.record.fit === null) {
      const fit = fitAlphas(this.config.space, scored, key);
      // Of a race that an earlier version began this is the first number that schema 3 changes.
      await this.#put({ fit, schema: raceRecordSchema });
    }
  }

  async #rung(rung: Rung): Promise<void> {
    this.#begin(rung);
    const own = entrants(this.config, this.record.networks, rung.rung);
    if (own.length === 0) throw this.#allDiverged(rung.rung);
    await this.#train(own, rung);
  }

  #allDiverged(rung: number): BarsError {
    return new BarsError(
      `race: every training diverged by rung ${rung} of ${this.config.rungs.keep.length + 1}: ${lastDivergence(this.record)} Lower the learning rate or clip gradients, in another folder.`,
    );
  }

  /** Trains networks through a rung that they have not run yet, dearest first, so that workers end together. */
  async #train(networks: readonly RaceNetwork[], { rung }: Rung): Promise<void> {
    const open = networks
      .filter((network) => resultIn(network, rung) === undefined)
      .sort((a, b) => b.cost.bops - a.cost.bops || a.index - b.index);
    await all(
      open.map(async (network) => {
        const outcome = await this.#run(network, rung);
        this.#steps.set(network.index, outcome.result.steps);
        const next = this.record.networks.map((one) =>
          one.index === network.index ? { ...one, results: [...one.results, outcome.result] } : one,
        );
        await this.#put({ networks: withStatus(this.config, next) });
        this.#report(rung);
      }),
    );
  }

  #run({ index, hash, genotype }: RaceNetwork, rung: number, test = false): Promise<RaceOutcome> {
    return this.pool.run({ index, hash, genotype, rung, again: null, test }, (steps) => {
      this.#steps.set(index, steps);
      this.#report(rung);
    });
  }

  /** Trains the networks of the last rung with other seeds. Their results are kept in the order of the seeds. */
  async #again(): Promise<void> {
    const { config } = this;
    const rung = config.rungs.keep.length;
    const own = finalists(config, this.record.networks);
    if (own.length === 0) throw this.#allDiverged(rung + 1);
    this.#beginAgain(own.length);
    await all(
      own.flatMap(({ index, hash, genotype, again = [] }) => {
        const ended = new Map<number, RaceResult>();
        const open = Array.from({ length: seedsAgain(config) - again.length }, (_, i) => again.length + i);
        return open.map(async (trial) => {
          const task = { index, hash, genotype, rung, again: trial, test: false };
          const place = `${index} ${trial}`;
          const { result } = await this.pool.run(task, (steps) => {
            this.#stepsAgain.set(place, steps);
            this.#reportAgain();
          });
          this.#stepsAgain.set(place, result.steps);
          ended.set(trial, result);
          await this.#put({ networks: withStatus(config, this.record.networks.map(withEnded)) });
          this.#reportAgain();
        });

        /** What ended before a training with an earlier seed waits for it. */
        function withEnded(network: RaceNetwork): RaceNetwork {
          if (network.index !== index) return network;
          const kept = [...(network.again ?? [])];
          for (let next = ended.get(kept.length); next; next = ended.get(kept.length)) kept.push(next);
          return kept.length === 0 ? network : { ...network, again: kept };
        }
      }),
    );
    const best = bestOf(config, this.record.networks);
    if (best === undefined || !Number.isFinite(scoreAgain(config, best)))
      throw new BarsError(
        `race: of every network of the last rung a training with another seed diverged: ${lastDivergence(this.record)} Lower the learning rate or clip gradients, in another folder.`,
      );
  }

  #beginAgain(networks: number): void {
    const before = this.#rungSteps(rungsOf(this.config));
    const own = networks * this.#stepsOfAgain();
    const whole = { name: "race", before, own, total: before + own };
    const title = `${counted(networks, "network")} again, with ${counted(seedsAgain(this.config), "other seed")}`;
    for (const { index, again = [] } of this.record.networks)
      for (const [trial, { steps }] of again.entries()) this.#stepsAgain.set(`${index} ${trial}`, steps);
    (this.options.progress ?? silentProgress).start(title, own, "steps", whole);
    this.#reportAgain();
  }

  #reportAgain(): void {
    const done = [...this.#stepsAgain.values()].reduce((sum, steps) => sum + steps, 0);
    const ended = trainedAgain(this.config, this.record.networks);
    (this.options.progress ?? silentProgress).update(done, { trainings: String(ended.done) });
  }

  /** Steps of all trainings of one network with other seeds. */
  #stepsOfAgain(): number {
    const { rungs } = this.config;
    return seedsAgain(this.config) * stepsTo(this.config, rungs.keep.length, this.pool.about.stepsPerEpoch);
  }

  async #test(winner: RaceNetwork): Promise<void> {
    if (this.record.tests.length > 0) return;
    const { tests } = await this.#run(winner, this.config.rungs.keep.length, true);
    await this.#put({ tests });
  }

  #interrupted(): InterruptedError {
    const { networks } = this.record;
    const rung = rungsOf(this.config).findIndex((one) => !isComplete(this.config, networks, one.rung));
    this.#kept.put({ seconds: this.#seconds() }, false);
    if (rung < 0) {
      const { done: again, all: most } = trainedAgain(this.config, networks);
      return this.#kept.interrupted(
        again < most
          ? `stopped after ${countedOf(again, most, "training")} with other seeds`
          : "stopped in the winner's test",
      );
    }
    const at = rungsOf(this.config)[rung] as Rung;
    const done = networks.filter((network) => resultIn(network, at.rung) !== undefined).length;
    return this.#kept.interrupted(
      `stopped in rung ${at.rung + 1} of ${this.config.rungs.keep.length + 1} after ${countedOf(done, at.networks, "network")}`,
    );
  }

  /** Steps of a rung, all networks together. */
  #work({ rung, networks }: Rung): number {
    const { stepsPerEpoch } = this.pool.about;
    const before = rung === 0 ? 0 : stepsTo(this.config, rung - 1, stepsPerEpoch);
    return networks * (stepsTo(this.config, rung, stepsPerEpoch) - before);
  }

  #rungSteps(rungs: readonly Rung[]): number {
    return rungs.reduce((total, one) => total + this.#work(one), 0);
  }

  #begin(rung: Rung): void {
    const rungs = rungsOf(this.config);
    const own = this.#work(rung);
    const last = rungs.at(-1) as Rung;
    const total = this.#rungSteps(rungs) + last.networks * this.#stepsOfAgain();
    const whole = { name: "race", before: this.#rungSteps(rungs.slice(0, rung.rung)), own, total };
    const until = rung.epoch === null ? `${this.config.rungs.steps} steps` : `epoch ${rung.epoch}`;
    const title = `rung ${rung.rung + 1}/${rungs.length}, ${counted(rung.networks, "network")} to ${until}`;
    (this.options.progress ?? silentProgress).start(title, own, "steps", whole);
    this.#report(rung.rung);
  }

  #report(rung: number): void {
    const { networks } = this.record;
    const { stepsPerEpoch } = this.pool.about;
    const before = rung === 0 ? 0 : stepsTo(this.config, rung - 1, stepsPerEpoch);
    const end = stepsTo(this.config, rung, stepsPerEpoch);
    let done = 0;
    let finished = 0;
    for (const network of networks) {
      const ran = resultIn(network, rung) !== undefined;
      if (ran) finished += 1;
      const at = ran ? end : (this.#steps.get(network.index) ?? 0);
      done += Math.min(Math.max(at - before, 0), end - before);
    }
    const best = sound(networks, rung)[0];
    const score = best === undefined ? null : (resultIn(best, rung)?.score ?? null);
    const shown =
      score === null
        ? {}
        : {
            best: isByLoss(this.config, rung)
              ? `loss ${(-score).toFixed(3)}`
              : `${(100 * score).toFixed(1)} %`,
          };
    (this.options.progress ?? silentProgress).update(done, { networks: String(finished), ...shown });
  }

  #seconds(): number {
    return this.#before + (performance.now() - this.#begun) / 1000;
  }

  async #put(changes: Partial<RaceRecord>): Promise<void> {
    this.#kept.put({ ...changes, seconds: this.#seconds() });
    await this.options.onChange?.(this.record);
  }
}

/** Waits for all of them, also where one fails: nothing may go on in the background. */
async function all(work: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(work);
  const failures = ended.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  // What made the others stop is what to tell.
  const [first] = failures.filter((error) => !(error instanceof InterruptedError));
  if (failures.length > 0) throw first ?? failures[0];
}

function lastDivergence({ networks }: RaceRecord): string {
  const all = networks.flatMap(({ results, again = [] }) => [...results, ...again]);
  return all.flatMap(({ diverged }) => diverged ?? []).at(-1) ?? "";
}
