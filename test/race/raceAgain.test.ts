import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../lib/backend";
import { raceDashboardSvg, raceDashboardText } from "../../lib/figures/notebook/raceDashboardSvg";
import { raceLadder } from "../../lib/figures/plots/raceLadder";
import { race } from "../../lib/race/race";
import { raceFiles } from "../../lib/race/raceFiles";
import type { RaceOptions } from "../../lib/race/raceOptions";
import { RaceRun } from "../../lib/race/raceRun";
import { raceText } from "../../lib/race/raceText";
import { trainingSeed } from "../../lib/race/trainingSeed";
import type { WorkerPool } from "../../lib/race/workerPool";
import {
  type RaceNetwork,
  type RaceRecord,
  type RaceResult,
  raceNumbers,
} from "../../lib/records/raceRecord";
import { readRaceRecord } from "../../lib/records/raceRecordFile";
import { bestOf, isDecided, scoreAgain, shareDone, withStatus } from "../../lib/records/raceStandings";
import { trainPartFiles } from "../../lib/train/trainPart";
import { InterruptedError } from "../../lib/util/errors";
import { mean } from "../../lib/util/statistics";
import { rewriteRecord } from "../helpers/rewriteRecord";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyRace } from "./tinyRace";

const root = temporaryFolder();
let next = 0;
const folder = () => join(root, `race${next++}`);
const config = tinyRace({ rungs: { keep: [3, 2], seeds: "own", again: 2 } });
const wholeAt = join(root, "whole");
let whole: RaceRecord;
const here = (directory: string, more: Partial<RaceOptions> = {}): RaceOptions => ({
  directory,
  workers: 0,
  ...more,
});
beforeAll(async () => {
  await startBackend("wasm");
  whole = await race(config, here(wholeAt));
});

describe("seeds of a race's trainings", () => {
  it("are the race's, one for all, unless each is to have its own", () => {
    const common = tinyRace({ seed: 7 });
    const own = tinyRace({ seed: 7, rungs: { seeds: "own" } });
    expect([0, 1, 2].map((index) => trainingSeed(common, index, null))).toEqual([7, 7, 7]);
    const seeds = [common, own].flatMap((one) =>
      [0, 1, 2].flatMap((index) => [null, 0, 1].map((again) => trainingSeed(one, index, again))),
    );
    // Trainings with other seeds do not depend on what the rungs train with.
    expect(new Set(seeds).size).toBe(1 + 6 + 3);
    expect(trainingSeed(tinyRace({ seed: 8, rungs: { seeds: "own" } }), 0, null)).not.toBe(
      trainingSeed(own, 0, null),
    );
  });

  it("change what networks reach, and not which are drawn first", async () => {
    const common = await race(tinyRace({ rungs: { keep: [3, 2] } }), here(folder()));
    const first = (record: RaceRecord) => record.networks.slice(0, 3);
    expect(first(common).map(({ hash }) => hash)).toEqual(first(whole).map(({ hash }) => hash));
    const losses = (record: RaceRecord) => first(record).map(({ results }) => results[0]?.loss?.mean);
    expect(losses(common)).not.toEqual(losses(whole));
  });

  it("are left out of settings that do not name them", () => {
    expect(Object.keys(tinyRace().rungs)).not.toContain("seeds");
    expect(tinyRace({ rungs: { seeds: "common", again: 0 } })).toEqual(tinyRace());
  });
});

describe("a race whose last networks train again", () => {
  const finalists = () => whole.networks.filter(({ results }) => results.length === 3);

  it("gives each of them a training a seed, and the best mean wins", () => {
    expect(finalists()).toHaveLength(2);
    expect(whole.networks.filter(({ again }) => again).map(({ index }) => index)).toEqual(
      finalists().map(({ index }) => index),
    );
    for (const { results, again } of finalists()) {
      expect(again).toHaveLength(2);
      for (const result of again as readonly RaceResult[]) {
        expect(result).toMatchObject({ rung: 2, steps: 10, heldOut: { images: 10 } });
        expect(result.score).toBe(result.heldOut?.accuracy);
        expect(result.loss).not.toEqual(results[2]?.loss);
      }
      expect(again?.[0]?.loss).not.toEqual(again?.[1]?.loss);
    }
    const scores = finalists().map(({ again }) => mean((again ?? []).map(({ score }) => score as number)));
    expect(scores[finalists().findIndex(({ index }) => index === whole.winner)]).toBe(Math.max(...scores));
    const text = raceText(whole);
    const percent = `${(100 * Math.max(...scores)).toFixed(1)} %`;
    expect(text).toContain(`4/4 trainings with other seeds, best mean ${percent} of held-out images`);
    expect(text).toContain(`${percent} of held-out images, mean of 2 other seeds`);
  });

  it("takes the mean, not the last rung: of equals the better one there, and one that diverged last", () => {
    const judged = (...scores: readonly (number | null)[][]) => {
      const own = finalists().map(({ index }) => index);
      const networks = whole.networks.map((network) => {
        const mine = scores[own.indexOf(network.index)];
        return mine === undefined
          ? network
          : {
              ...network,
              again: mine.map((score) => ({ ...(network.results[2] as RaceResult), score })),
            };
      });
      return own.indexOf(bestOf(config, networks)?.index as number);
    };
    expect(judged([0.1, 0.6], [0.3, 0.3])).toBe(0);
    expect(judged([0.1, 0.4], [0.3, 0.3])).toBe(1);
    expect(judged([0.9, null], [0.1, 0.1])).toBe(1);
    expect(judged([0.1, 0.1], [0.9, null])).toBe(0);
    // (0.2 + 0.4) / 2 and 0.3 differ in their last bit alone.
    const tied = (first: number, second: number) => {
      const inLast = [first, second];
      const own = finalists().map(({ index }) => index);
      const networks = whole.networks.map((network) => {
        const at = own.indexOf(network.index);
        if (at < 0) return network;
        const last = { ...(network.results[2] as RaceResult), score: inLast[at] as number };
        const scores = at === 0 ? [0.2, 0.4] : [0.3, 0.3];
        return {
          ...network,
          results: [...network.results.slice(0, 2), last],
          again: scores.map((score) => ({ ...last, score })),
        };
      });
      return own.indexOf(bestOf(config, networks)?.index as number);
    };
    expect([tied(0.5, 0.4), tied(0.4, 0.5)]).toEqual([0, 1]);
  });

  it("has no winner before all of them are there", () => {
    const [first] = finalists();
    const networks = whole.networks.map((network) => {
      const { again = [], ...rest } = network;
      return network.index === first?.index ? { ...rest, again: again.slice(0, 1) } : network;
    });
    expect(isDecided(config, networks)).toBe(false);
    const statuses = withStatus(config, networks).map(({ status }) => status);
    expect(statuses.sort()).toEqual(["out", "out", "out", "racing", "racing"]);
    expect(isDecided(config, whole.networks)).toBe(true);
  });

  it("stopped anywhere goes on to the same result", async () => {
    for (const stopAt of [2, 9, 14, 15, 16]) {
      const directory = folder();
      const stop = new AbortController();
      let seen = 0;
      const onChange = () => {
        if (++seen === stopAt) stop.abort();
      };
      const stopped = race(config, here(directory, { onChange, signal: stop.signal }));
      await expect(stopped).rejects.toThrow(InterruptedError);
      const { statusDetail } = readRaceRecord(raceFiles(directory).record);
      expect(statusDetail).toMatch(
        /^stopped (in rung [123] of 3 after \d of \d networks?|after \d of 4 trainings with other seeds)$/,
      );
      const record = await race(config, here(directory));
      expect(raceNumbers(record)).toEqual(raceNumbers(whole));
    }
  });

  it("keeps results in the order of seeds whichever ends first", async () => {
    const pool = (slow: number): WorkerPool => ({
      size: 4,
      about: { backend: whole.backend, data: whole.data, stepsPerEpoch: 5 },
      async run({ index, rung, again }) {
        if (again === slow) await new Promise((later) => setTimeout(later, 30));
        const { results, again: others } = whole.networks[index] as RaceNetwork;
        return { result: (again === null ? results[rung] : others?.[again]) as RaceResult, tests: [] };
      },
      close: async () => {},
    });
    for (const slow of [0, 1]) {
      const path = join(root, `pool${next++}.json`);
      const sources = { own: [], alphas: null };
      const { signal } = new AbortController();
      const run = new RaceRun(config, [], whole.configHash, null, path, pool(slow), sources, {}, signal);
      expect(raceNumbers(await run.finish())).toEqual(raceNumbers(whole));
    }
  });

  it("fails where of every network a training with another seed diverged", async () => {
    const diverged = { score: null, loss: null, heldOut: null, diverged: "the loss of step 3 is NaN." };
    const pool: WorkerPool = {
      size: 1,
      about: { backend: whole.backend, data: whole.data, stepsPerEpoch: 5 },
      async run({ index, rung, again }) {
        const result = whole.networks[index]?.results[rung] as RaceResult;
        return { result: again === 1 ? { ...result, ...diverged } : result, tests: [] };
      },
      close: async () => {},
    };
    const path = join(root, `pool${next++}.json`);
    const { signal } = new AbortController();
    const sources = { own: [], alphas: null };
    const run = new RaceRun(config, [], whole.configHash, null, path, pool, sources, {}, signal);
    await expect(run.finish()).rejects.toThrow(
      "race: of every network of the last rung a training with another seed diverged: the loss of step 3 is NaN.",
    );
    expect(readRaceRecord(path).status).toBe("failed");
  });

  it("is shown with what its trainings with other seeds reached", () => {
    const view = { title: "t", share: 1, remainingSeconds: 0, elapsedSeconds: 9, record: whole };
    const score = scoreAgain(config, whole.networks[whole.winner as number] as RaceNetwork) as number;
    const text = `4 / 4 trainings with other seeds, best network ${whole.winner}: mean ${(100 * score).toFixed(1)} % of held-out images`;
    expect(raceDashboardText(view)).toContain(text);
    expect(raceDashboardSvg(view)).toContain(text);
    const note = "The winner has the best mean of 2 trainings with other seeds, not of these.";
    const caption = JSON.stringify(raceLadder(whole).layout);
    expect(caption.replaceAll(/<br>|\\n/g, " ")).toContain(note);
    const begun = whole.networks.map(({ again, ...network }) => network);
    expect(raceDashboardText({ ...view, record: { ...whole, networks: begun, winner: null } })).toContain(
      "0 / 4 trainings with other seeds",
    );
  });

  it("counts the steps that are done of all there will be", () => {
    const stepsOf = (results: readonly RaceResult[]) => results.at(-1)?.steps ?? 0;
    const total = (each: (network: RaceNetwork) => number) =>
      whole.networks.reduce((sum, network) => sum + each(network), 0);
    const inRungs = total(({ results }) => stepsOf(results));
    const again = total(({ again = [] }) => again.reduce((sum, one) => sum + stepsOf([one]), 0));
    const open = { ...whole, winner: null };
    expect(shareDone({ ...open, networks: [] })).toBe(0);
    const first = whole.networks.map(({ again: _, ...one }) => ({
      ...one,
      results: one.results.slice(0, 1),
    }));
    expect(shareDone({ ...open, networks: first })).toBeCloseTo(
      total(({ results }) => stepsOf(results.slice(0, 1))) / (inRungs + again),
      12,
    );
    const rungs = whole.networks.map(({ again: _, ...network }) => network);
    expect(shareDone({ ...open, networks: rungs })).toBeCloseTo(inRungs / (inRungs + again), 12);
    expect(shareDone(open)).toBe(1);
    expect(shareDone({ ...whole, networks: rungs })).toBe(1);
  });

  it("keeps no checkpoint of a training that ended", () => {
    const { networks } = raceFiles(wholeAt);
    const folders = readdirSync(networks);
    expect(folders.filter((name) => name.includes("-again"))).toHaveLength(4);
    const kept = folders.filter((name) => existsSync(trainPartFiles(join(networks, name)).checkpoint));
    expect(kept).toHaveLength(2);
    expect(kept.filter((name) => name.includes("-again"))).toEqual([]);
  });

  it("is refused with another winner, too few of them, or more than the settings ask for", () => {
    const path = raceFiles(wholeAt).record;
    const other = finalists().find(({ index }) => index !== whole.winner)?.index;
    const changed = (change: (record: RaceRecord) => unknown) => {
      const at = join(root, `changed${next++}.json`);
      copyFileSync(path, at);
      rewriteRecord(at, change as never);
      return () => readRaceRecord(at);
    };
    expect(changed((record) => ({ ...record, winner: other }))).toThrow(
      `winner must be the best network of the trainings with other seeds, ${whole.winner}, got ${other}`,
    );
    const withAgain = (edit: (again: readonly RaceResult[]) => readonly RaceResult[]) =>
      changed((record) => ({
        ...record,
        networks: record.networks.map((network) =>
          network.again ? { ...network, again: edit(network.again) } : network,
        ),
      }));
    expect(withAgain((again) => again.slice(0, 1))).toThrow(
      'status must be "finished" only once every network of the last rung has trained with 2 other seeds',
    );
    expect(withAgain((again) => [...again, ...again])).toThrow("again.length must be below 3");
    expect(withAgain((again) => again.map((one) => ({ ...one, rung: 1 })))).toThrow(
      "again must hold trainings to the end of the last rung (2), of a network that ran it, got rungs 1, 1 of one that ran 3",
    );
    expect(withAgain(([one, two]) => [{ ...one, score: null } as never, two as never])).toThrow(
      "again[0] must hold a score and what it is made of",
    );
  });
});
