import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { openProcessPool } from "../../lib/race/processPool";
import { race } from "../../lib/race/race";
import { raceFiles } from "../../lib/race/raceFiles";
import { bytesOfWorker, raceMachine, workerCount } from "../../lib/race/workerCount";
import type { WorkerEvent, WorkerPool } from "../../lib/race/workerPool";
import { type RaceRecord, raceNumbers } from "../../lib/records/raceRecord";
import { readRaceRecord } from "../../lib/records/raceRecordFile";
import { ConfigError, DataError, InterruptedError } from "../../lib/util/errors";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyRace } from "./tinyRace";

const root = temporaryFolder();
let next = 0;
const folder = () => join(root, `race${next++}`);
let whole: RaceRecord;
process.env["BARS_BACKEND"] = "wasm";
// Of the machine's memory `workerCount` is asked below.
vi.spyOn(process, "availableMemory").mockReturnValue(16 * 2 ** 30);
beforeAll(async () => {
  whole = await race(tinyRace(), { directory: folder(), workers: 0 });
});

describe("workers in processes of their own", () => {
  it("find what one in this process finds; one that is killed leaves its network to another", async () => {
    let pids: number[] = [];
    const onEvent = (event: WorkerEvent) => {
      if (event.type === "started") pids.push(event.pid);
    };
    const [first] = whole.networks;
    const { index, hash, genotype } = first as RaceRecord["networks"][0];
    // A kill may come too late: what a worker says is heard when this process gets a processor.
    for (let go = 0; go < 10 && pids.length < 2; go++) {
      pids = [];
      let killed = false;
      const { signal } = new AbortController();
      const pool = await openProcessPool(tinyRace(), { directory: folder(), size: 1, signal, onEvent });
      const { result } = await pool.run({ index, hash, genotype, rung: 0, again: null, test: false }, () => {
        if (!killed) process.kill(pids[0] as number, "SIGKILL");
        killed = true;
      });
      await pool.close();
      const { seconds: _, ...numbers } = result;
      expect(numbers).toEqual(raceNumbers(whole).networks[0]?.results[0]);
    }
    expect(pids).toHaveLength(2);
  });

  it("asked to stop save, and the race goes on with another number of them, to what one in this process finds", async () => {
    const directory = folder();
    const said: string[] = [];
    const say = (line: string) => said.push(line);
    const stop = new AbortController();
    let seen = 0;
    const onChange = () => {
      if (++seen === 4) stop.abort();
    };
    const stopped = race(tinyRace(), { directory, workers: 2, onChange, signal: stop.signal, say });
    await expect(stopped).rejects.toThrow(InterruptedError);
    expect(readRaceRecord(raceFiles(directory).record).status).toBe("interrupted");
    const record = await race(tinyRace(), { directory, workers: 1, say });
    expect(raceNumbers(record)).toEqual(raceNumbers(whole));
    expect(said).toEqual([]);
  });

  it("that find no images end the race with their own error", async () => {
    const config = tinyRace({
      train: { data: { dataset: "cifar10", directory: folder(), download: false } },
    });
    await expect(race(config, { directory: folder(), workers: 1 })).rejects.toThrow(DataError);
  });

  it.each([
    ["that work", false],
    ["that are still starting", true],
  ])("that do not start any more leave the race to those %s", async (_, halts) => {
    const signal = new AbortController().signal;
    const lefts: (number | null)[] = [];
    const pids = [0, 0];
    let kills = false;
    const onEvent = (event: WorkerEvent) => {
      if (event.type === "started") pids[event.worker] = event.pid;
      if (event.worker === 0) {
        if (event.type === "started" && halts) process.kill(event.pid, "SIGSTOP");
      } else if (event.type === "died") lefts.push(event.left);
      else if (kills) setImmediate(() => process.kill(event.pid, "SIGKILL"));
    };
    const pool = await openProcessPool(tinyRace(), { directory: folder(), size: 2, signal, onEvent });
    kills = true;
    process.kill(pids[1] as number, "SIGKILL");
    await vi.waitFor(() => expect(lefts.at(-1)).toBe(1), { timeout: 60_000 });
    expect(lefts.slice(0, -1).every((left) => left === null)).toBe(true);
    if (halts) process.kill(pids[0] as number, "SIGCONT");
    const [first] = whole.networks as [RaceRecord["networks"][0]];
    const { index, hash, genotype } = first;
    const { result } = await pool.run({ index, hash, genotype, rung: 0, again: null, test: false }, () => {});
    await pool.close();
    expect(result.score).toBe(first.results[0]?.score);
  });

  it("train again with other seeds what one in this process does, and test the winner", async () => {
    const config = tinyRace({ rungs: { keep: [3, 2], seeds: "own", again: 2 }, test: true });
    const [here, there] = [0, 2].map((workers) => race(config, { directory: folder(), workers }));
    const [one, two] = (await Promise.all([here, there])) as [RaceRecord, RaceRecord];
    expect(raceNumbers(two)).toEqual(raceNumbers(one));
    expect(one.networks.flatMap(({ again }) => again ?? [])).toHaveLength(4);
    expect(one.tests).toMatchObject([{ images: 20, checkpoint: "last", epoch: 1, recalibrated: true }]);
  });

  it("that do not start are given up after three", async () => {
    const signal = new AbortController().signal;
    const died: string[] = [];
    const onEvent = (event: WorkerEvent) => {
      if (event.type === "died") died.push(event.how);
    };
    const env = { NODE_OPTIONS: "--no-such-option" };
    const opened: Promise<WorkerPool> = openProcessPool(tinyRace(), {
      ...{ directory: folder(), size: 1, signal, onEvent, env },
    });
    await expect(opened).rejects.toThrow(
      /^race: workers do not start: 3 of them ended before they were ready, the last one ended with code 9; .*0\.log ends with: .*no-such-option/,
    );
    expect(died).toEqual(["ended with code 9", "ended with code 9", "ended with code 9"]);
  });
});

describe("workerCount", () => {
  const GiB = 2 ** 30;
  const config = tinyRace();

  it("is one for each core, as long as there are networks and memory", () => {
    expect(workerCount(config, undefined, { cores: 2, freeBytes: 16 * GiB })).toBe(2);
    expect(workerCount(config, undefined, { cores: 64, freeBytes: 512 * GiB })).toBe(5);
    expect(workerCount(config, undefined, { cores: 8, freeBytes: 2.1 * bytesOfWorker(config) })).toBe(2);
    expect(workerCount(config, 3, { cores: 2, freeBytes: 16 * GiB })).toBe(3);
  });

  it("refuses what does not fit into memory, and says how many would", () => {
    expect(() => workerCount(config, 8, { cores: 8, freeBytes: 2 * GiB })).toThrow(
      "race: 8 workers must fit into memory at about 0.9 GiB each, got 2.0 GiB that are free. Set workers to 2 or fewer.",
    );
    expect(() => workerCount(config, undefined, { cores: 8, freeBytes: 0.5 * GiB })).toThrow(
      "race: 1 worker must fit into memory at about 0.9 GiB each, got 0.5 GiB that are free. End other programs, or use a machine with more memory.",
    );
    expect(() => workerCount(config, 1.5)).toThrow(ConfigError);
  });

  it("counts the processors of a Slurm task, not of its node", () => {
    expect(raceMachine({ SLURM_CPUS_PER_TASK: "1" }).cores).toBe(1);
  });
});
