import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { RaceConfig } from "../../lib/config/raceConfig";
import { openProcessPool } from "../../lib/race/processPool";
import { nextGeneration } from "../../lib/race/propose";
import { race } from "../../lib/race/race";
import { networkFolder, raceFiles } from "../../lib/race/raceFiles";
import { RaceRun } from "../../lib/race/raceRun";
import type { RaceOutcome, RaceTask } from "../../lib/race/raceTask";
import type { WorkerEvent, WorkerPool } from "../../lib/race/workerPool";
import { randomKey } from "../../lib/random/randomKey";
import type { RaceNetwork } from "../../lib/records/raceRecord";
import { readRaceRecord } from "../../lib/records/raceRecordFile";
import { raceHash } from "../../lib/records/raceRecordShape";
import { randomAlphas } from "../../lib/space/randomAlphas";
import { RecordError } from "../../lib/util/errors";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyRace } from "./tinyRace";

const root = temporaryFolder();
const none = { made: 0, outsideBand: 0, again: 0 };
let next = 0;
const folder = () => {
  const made = join(root, `race${next++}`);
  mkdirSync(made, { recursive: true });
  return made;
};
process.env["BARS_BACKEND"] = "wasm";

/** The networks that a race begins with. */
function firstOf(config: RaceConfig): readonly RaceNetwork[] {
  return nextGeneration(config, [], none, { own: [], alphas: null }).networks;
}

describe("a race", () => {
  it("has no more networks than its first rung, however many of its user's own there are", () => {
    const own = firstOf(tinyRace()).slice(0, 2);
    const config = tinyRace({
      proposals: { random: 0, alphas: 4, search: "a".repeat(64) },
      rungs: { networks: 4, keep: [2, 1] },
    });
    const alphas = { space: config.space, alphas: randomAlphas(config.space, 1, randomKey(0)) };
    const sources = { own: own.map(({ genotype }) => genotype), alphas };
    const origins = nextGeneration(config, [], none, sources).networks.map(({ origin }) => origin.kind);
    expect(origins).toEqual(["own", "own", "alphas", "alphas"]);
  });

  it("whose trainings all diverge in the last rung says so", async () => {
    const config = tinyRace();
    const { record } = raceFiles(folder());
    const run = async ({ rung, index }: RaceTask): Promise<RaceOutcome> => {
      const steps = [3, 5, 10][rung] as number;
      const common = { rung, steps, seconds: 1 };
      const why = "train: the loss became NaN in epoch 2, step 3.";
      const result =
        rung === 2
          ? { ...common, score: null, loss: null, heldOut: null, diverged: why }
          : {
              ...{ ...common, score: -2 - index / 10, loss: { from: 0, to: steps, mean: 2 }, diverged: null },
              heldOut: rung === 0 ? null : { images: 10, loss: 2, accuracy: 0.1 },
            };
      return { result, tests: [] };
    };
    const data = { name: "made up", note: "", trainImages: 40, validationImages: 10, testImages: 20 };
    const backend = { name: "wasm", version: "made up", device: "cpu", threads: 1, passedOver: [] };
    const about = {
      backend,
      data: { ...data, mean: [0, 0, 0], std: [1, 1, 1] },
      stepsPerEpoch: 5,
    };
    const pool = { size: 1, about, run, close: async () => {} } as unknown as WorkerPool;
    const sources = { own: [], alphas: null };
    const { signal } = new AbortController();
    const racing = new RaceRun(config, [], raceHash(config, []), null, record, pool, sources, {}, signal);
    const said =
      "race: every training diverged by rung 3 of 3: train: the loss became NaN in epoch 2, step 3. Lower the learning rate or clip gradients, in another folder.";
    await expect(racing.finish()).rejects.toThrow(said);
    expect(readRaceRecord(record)).toMatchObject({ status: "failed", statusDetail: said });
  });

  it("in this process trains nothing more once a network cannot be trained", async () => {
    const directory = folder();
    let isBlocked = false;
    const onChange = ({ networks }: { readonly networks: readonly RaceNetwork[] }) => {
      if (isBlocked || networks.length === 0) return;
      isBlocked = true;
      // The dearest is the first to train; a file lies where its folder would be.
      const [first] = [...networks].sort((a, b) => b.cost.bops - a.cost.bops || a.index - b.index);
      mkdirSync(raceFiles(directory).networks, { recursive: true });
      writeFileSync(networkFolder(directory, first as RaceNetwork, null), "");
    };
    await expect(race(tinyRace(), { directory, workers: 0, onChange })).rejects.toThrow(RecordError);
    const { networks, status } = readRaceRecord(raceFiles(directory).record);
    expect(status).toBe("failed");
    expect(networks.filter(({ results }) => results.length > 0)).toEqual([]);
  });
});

describe("workers in processes of their own", () => {
  const { signal } = new AbortController();
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it("one that cannot be started any more ends the race with the reason", async () => {
    const directory = folder();
    let pid = 0;
    const onEvent = (event: WorkerEvent) => {
      if (event.type === "started") pid = event.pid;
    };
    const pool = await openProcessPool(tinyRace(), { directory, size: 1, signal, onEvent });
    const log = join(directory, "workers", "0.log");
    rmSync(log);
    mkdirSync(log);
    process.kill(pid, "SIGKILL");
    const [{ index, hash, genotype }] = firstOf(tinyRace()) as [RaceNetwork];
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 60_000 });
    await expect(
      pool.run({ index, hash, genotype, rung: 0, again: null, test: false }, () => {}),
    ).rejects.toThrow(`${log}: could not be written`);
    await pool.close();
  });

  it("leave none behind where one of them cannot be started", async () => {
    const directory = folder();
    mkdirSync(join(directory, "workers", "1.log"), { recursive: true });
    const pids: number[] = [];
    const onEvent = (event: WorkerEvent) => {
      if (event.type === "started") pids.push(event.pid);
    };
    await expect(openProcessPool(tinyRace(), { directory, size: 2, signal, onEvent })).rejects.toThrow(
      RecordError,
    );
    expect(pids).toHaveLength(1);
    expect(isAlive(pids[0] as number)).toBe(false);
  });

  it("one that is told to end saves, and its network goes on from there", async () => {
    const config = tinyRace({
      rungs: { steps: 60, lossSteps: 2 },
      train: { data: { trainImages: 800 } },
    });
    const [{ index, hash, genotype }] = firstOf(config) as [RaceNetwork];
    let pids: number[] = [];
    let resumedAt = 0;
    const onEvent = (event: WorkerEvent) => {
      if (event.type === "started") pids.push(event.pid);
    };
    // It may have come to its end before it hears: what it says is heard when this process gets a processor.
    for (let go = 0; go < 10 && pids.length < 2; go++) {
      pids = [];
      resumedAt = 0;
      let isTold = false;
      const pool = await openProcessPool(config, { directory: folder(), size: 1, signal, onEvent });
      await pool.run({ index, hash, genotype, rung: 0, again: null, test: false }, (steps) => {
        if (pids.length > 1) resumedAt ||= steps;
        else if (!isTold) isTold = process.kill(pids[0] as number, "SIGTERM");
      });
      await pool.close();
    }
    expect(pids).toHaveLength(2);
    expect(resumedAt).toBeGreaterThan(1);
  });
});
