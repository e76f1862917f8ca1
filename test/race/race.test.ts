import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../lib/backend";
import type { RaceConfig } from "../../lib/config/raceConfig";
import { race } from "../../lib/race/race";
import { raceFiles } from "../../lib/race/raceFiles";
import type { RaceOptions } from "../../lib/race/raceOptions";
import { raceText } from "../../lib/race/raceText";
import { randomKey } from "../../lib/random/randomKey";
import {
  type RaceNetwork,
  type RaceRecord,
  type RaceResult,
  racedModel,
  raceNumbers,
} from "../../lib/records/raceRecord";
import { readRaceRecord } from "../../lib/records/raceRecordFile";
import { entrants, ranking, sound } from "../../lib/records/raceStandings";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { InterruptedError } from "../../lib/util/errors";
import { rewriteRecord } from "../helpers/rewriteRecord";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyRace } from "./tinyRace";

const root = temporaryFolder();
let next = 0;
const folder = () => join(root, `race${next++}`);
const wholeAt = join(root, "whole");
let whole: RaceRecord;
const here = (directory: string, more: Partial<RaceOptions> = {}): RaceOptions => ({
  directory,
  workers: 0,
  ...more,
});
beforeAll(async () => {
  await startBackend("wasm");
  whole = await race(tinyRace(), here(wholeAt));
});

describe("race", () => {
  it("trains every network a little, keeps the best of each rung, and gives the best of the last", () => {
    const { config, networks, winner, status } = whole;
    expect(status).toBe("finished");
    expect(networks.map(({ results }) => results.length).sort()).toEqual([1, 1, 1, 2, 3]);
    const losses = ranking(networks, 0).map(({ results }) => results[0]?.loss?.mean as number);
    expect(losses).toEqual([...losses].sort((a, b) => a - b));
    const kept = entrants(config, networks, 1).map(({ index }) => index);
    expect(kept).toEqual(
      ranking(networks, 0)
        .slice(0, 2)
        .map(({ index }) => index)
        .sort(),
    );
    expect(winner).toBe(sound(networks, 2)[0]?.index);
    expect(networks.map(({ status }) => status).sort()).toEqual(["out", "out", "out", "out", "winner"]);
    expect(config.rungs.keep).toEqual([2, 1]);
    expect(racedModel(whole).origin).toMatchObject({ method: "race", recordHash: whole.configHash });
  });

  it("scores the first rung by the mean loss of its last steps, the others by held-out accuracy", () => {
    for (const { results } of whole.networks) {
      const [first, ...later] = results;
      expect(first).toMatchObject({ steps: 3, loss: { from: 1, to: 3 }, heldOut: null });
      expect(first?.score).toBe(-(first?.loss?.mean as number));
      for (const { score, heldOut } of later) expect(score).toBe(heldOut?.accuracy);
    }
    const last = whole.networks[whole.winner as number]?.results.at(-1);
    // 40 of 50 images train, in batches of 8; ten are held out.
    expect(last).toMatchObject({ rung: 2, steps: 10, loss: { from: 5, to: 10 }, heldOut: { images: 10 } });
  });

  it("scores the middle rungs by the loss of their last epoch where it is asked to, and the last one as ever", async () => {
    const byLoss = await race(tinyRace({ rungs: { ...whole.config.rungs, by: "loss" } }), here(folder()));
    const [first, middle, last] = byLoss.networks[byLoss.winner as number]?.results ?? [];
    expect(first?.score).toBe(-(first?.loss?.mean as number));
    expect(middle?.score).toBe(-(middle?.loss?.mean as number));
    expect(middle?.heldOut).not.toBeNull();
    expect(last?.score).toBe(last?.heldOut?.accuracy);
    const kept = ranking(byLoss.networks, 1).map(({ results }) => results[1]?.loss?.mean as number);
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
    expect(raceText(byLoss)).toMatch(/1\/1 to epoch 2, best \d/);
    expect(raceText(byLoss)).toMatch(/2\/2 to epoch 1, best mean training loss/);
    expect(byLoss.configHash).not.toBe(whole.configHash);
  });

  it("costs only networks without what nothing feeds, all of them in the band, none twice", () => {
    const { band } = whole.config;
    for (const { cost } of whole.networks) {
      expect(cost.bops).toBeGreaterThanOrEqual(band.atLeast);
      expect(cost.bops).toBeLessThanOrEqual(band.atMost);
    }
    expect(new Set(whole.networks.map(({ hash }) => hash)).size).toBe(5);
    expect(whole.networks.map(({ origin }) => origin.generation)).toEqual([0, 0, 0, 1, 1]);
    for (const { origin } of whole.networks.slice(3)) expect(origin.parent).toBeLessThan(3);
  });

  it("leaves the test images alone, unless it is asked to measure the winner on them, once", async () => {
    expect(whole.tests).toEqual([]);
    const tested = await race(tinyRace({ test: true }), here(folder()));
    expect(tested.tests).toMatchObject([
      { images: 20, checkpoint: "last", epoch: 1, which: "all", recalibrated: true },
    ]);
    expect(tested.networks.map(({ hash }) => hash)).toEqual(whole.networks.map(({ hash }) => hash));
    expect(raceText(tested)).toMatch(/test +\d+\.\d % of 20 test images, measured once/);
  });

  it("stopped anywhere goes on to the same result; a finished one is read", async () => {
    for (const stopAt of [1, 3, 7, 9]) {
      const directory = folder();
      const stop = new AbortController();
      let seen = 0;
      const onChange = () => {
        if (++seen === stopAt) stop.abort();
      };
      const stopped = race(tinyRace(), here(directory, { onChange, signal: stop.signal }));
      await expect(stopped).rejects.toThrow(InterruptedError);
      const broken = readRaceRecord(raceFiles(directory).record);
      expect(broken.status).toBe("interrupted");
      expect(broken.statusDetail).toMatch(/^stopped in rung [123] of 3 after \d of \d networks?$/);
      const record = await race(tinyRace(), here(directory));
      expect(raceNumbers(record)).toEqual(raceNumbers(whole));
    }
    const again = await race(tinyRace(), here(wholeAt));
    expect(again.updatedAt).toBe(whole.updatedAt);
  });

  it("stopped in the winner's test says so", async () => {
    const directory = folder();
    const stop = new AbortController();
    const config = tinyRace({ test: true });
    const onChange = ({ networks }: RaceRecord) => {
      if (networks.some(({ results }) => results.length === 3)) stop.abort();
    };
    await expect(race(config, here(directory, { onChange, signal: stop.signal }))).rejects.toThrow(
      "race: stopped in the winner's test; everything is saved. Run the same command again to go on.",
    );
    expect((await race(config, here(directory))).tests).toHaveLength(1);
  });

  it("names a damaged file of a network", async () => {
    const directory = folder();
    const stop = new AbortController();
    let seen = 0;
    const onChange = () => {
      if (++seen === 8) stop.abort();
    };
    await expect(race(tinyRace(), here(directory, { onChange, signal: stop.signal }))).rejects.toThrow(
      "stopped",
    );
    const { networks } = raceFiles(directory);
    for (const name of readdirSync(networks))
      for (const file of readdirSync(join(networks, name))) writeFileSync(join(networks, name, file), "");
    await expect(race(tinyRace(), here(directory))).rejects.toThrow(/losses\.json/);
  });

  it("keeps the checkpoints of the last rung alone when it has ended", () => {
    const left = readdirSync(raceFiles(wholeAt).networks, { recursive: true, encoding: "utf8" });
    expect(left.filter((path) => path.endsWith("checkpoint.safetensors"))).toHaveLength(1);
    expect(left.filter((path) => path.endsWith("losses.json"))).toHaveLength(5);
  });

  it("takes networks of the user's own, and says of each where it came from", async () => {
    const config = tinyRace();
    const own = whole.networks.slice(3).map(({ genotype }) => genotype);
    const record = await race(config, here(folder(), { own }));
    expect(record.networks.slice(0, 2).map(({ hash, origin }) => [hash, origin.kind])).toEqual(
      whole.networks.slice(3).map(({ hash }) => [hash, "own"]),
    );
    const losses = ({ networks }: RaceRecord) =>
      new Map(networks.map(({ hash, results }) => [hash, results[0]?.loss?.mean]));
    // One seed and the same batches for all: a network's loss does not depend on its company.
    for (const [hash, loss] of losses(record))
      if (losses(whole).has(hash)) expect(loss).toBe(losses(whole).get(hash));
  });

  it("draws a share of later generations from the fit, once there is one", async () => {
    const config = tinyRace({
      proposals: { random: 8, generation: 2, fitted: 0.5 },
      rungs: { networks: 10, keep: [1], epochs: [1] },
    });
    const record = await race(config, here(folder()));
    expect(record.networks.slice(8).map(({ origin }) => origin.kind)).toEqual(["fitted", "mutation"]);
    expect(record.fit).toMatchObject({ method: "race", networks: 10 });
  });
});

describe("a race refuses", () => {
  const refused = (config: RaceConfig, more: Partial<RaceOptions> = {}): Promise<RaceRecord> =>
    race(config, here(folder(), more));
  const drawn = (seed: number) => randomGenotype(tinyRace().space, randomKey(seed));

  it("a band no network can meet, naming the cheapest and the dearest", async () => {
    const config = tinyRace({ band: { atLeast: 1e9, atMost: 2e9 } });
    await expect(refused(config)).rejects.toThrow(
      /^race: no network of the space costs 1000000000 to 2000000000 bops; the cheapest costs \d+, the dearest \d+\. Move the band, or take a space with more channels or cells\.$/,
    );
    await expect(refused(tinyRace({ band: { atLeast: 0, atMost: 1 } }))).rejects.toThrow(
      /the cheapest costs [1-9]\d*, the dearest \d+\. Move the band, or take a space with fewer channels or cells\.$/,
    );
  });

  it("to look for more different networks than there are, and says how many it found", async () => {
    const config = tinyRace({
      space: { cellLayout: [0], reductionGroups: [], steps: 1, widthChoices: [1] },
      band: { atLeast: 0 },
      proposals: { random: 30, attempts: 60 },
      rungs: { networks: 30 },
    });
    await expect(refused(config)).rejects.toThrow(
      /^race: rungs\.networks asks for 30 different networks of 0 to 400000 bops, found (\d+); none of 60 more draws \(proposals\.attempts\) gave another\. Of all draws 0 lay outside the band, \d+ were \1 networks found before\. Set rungs\.networks to \1 or fewer, or widen the band\.$/,
    );
  });

  it("own networks outside of the band, of another space, entered twice or too many", async () => {
    const narrow = tinyRace({ band: { atLeast: 3.1e5, atMost: 4e5 } });
    await expect(refused(narrow, { own: [drawn(0)] })).rejects.toThrow(
      /^race: own network 1 must cost 310000 to 400000 bops, got \d+, without what nothing feeds\. Leave it out, or widen the band\.$/,
    );
    const other = tinyRace({ space: { initChannels: 4 } });
    await expect(refused(other, { own: [drawn(0)] })).rejects.toThrow(
      "race: own network 1 must be of the race's space, where initChannels is 4, got one of a space where it is 2. Leave it out, or race in its space.",
    );
    const [first] = whole.networks;
    const { genotype } = first as { genotype: ReturnType<typeof drawn> };
    await expect(refused(tinyRace(), { own: [genotype, genotype] })).rejects.toThrow(
      "race: own network 2 must differ from all others, got the network of own network 1 once more. Enter it once.",
    );
    const all = whole.networks.map((network) => network.genotype);
    const few = tinyRace({ proposals: { random: 1 }, rungs: { networks: 3, keep: [2, 1] } });
    await expect(refused(few, { own: all })).rejects.toThrow(
      "race: 5 own networks must be at most rungs.networks (3). Raise it, or enter fewer.",
    );
  });

  it("a band between the costs of networks, naming the nearest, and leaves the folder for a better one", async () => {
    const directory = folder();
    const costs = whole.networks.map(({ cost }) => cost.bops);
    const most = Math.max(...costs);
    const config = tinyRace({ band: { atLeast: most + 1, atMost: most + 2 }, proposals: { attempts: 60 } });
    await expect(race(config, here(directory))).rejects.toThrow(
      /found 0; none of 60 more draws \(proposals\.attempts\) gave another\. Of all draws 60 lay outside the band \(the nearest cost \d+(?: and \d+)?\), 0 were 0 networks found before\. Widen the band\.$/,
    );
    const better = await race(tinyRace(), here(directory));
    expect(raceNumbers(better)).toEqual(raceNumbers(whole));
  });

  it("a mistake in own networks before anything is written, and other ones later, saying so", async () => {
    const directory = folder();
    const other = tinyRace({ space: { initChannels: 4 } });
    await expect(race(other, here(directory, { own: [drawn(0)] }))).rejects.toThrow("own network 1");
    expect(existsSync(raceFiles(directory).record)).toBe(false);
    const [first] = whole.networks as [RaceRecord["networks"][0]];
    await expect(race(tinyRace(), here(wholeAt, { own: [first.genotype] }))).rejects.toThrow(
      "holds a race with other settings: 0 own networks entered it, now 1 own network (",
    );
  });

  it("to go on with other settings, and names the first that is another", async () => {
    await expect(race(tinyRace({ seed: 1 }), here(wholeAt))).rejects.toThrow(
      /holds a race with other settings: seed was 0, is 1 \([0-9a-f]{12}, this one is [0-9a-f]{12}\)\. Choose another folder, or the settings stored in that record\.$/,
    );
    await expect(race(tinyRace({ rungs: { lossSteps: 1 } }), here(wholeAt))).rejects.toThrow(
      "other settings: rungs.lossSteps was 2, is 1",
    );
  });

  it("a first rung that is longer than the first epoch", async () => {
    await expect(refused(tinyRace({ rungs: { steps: 6 } }))).rejects.toThrow(
      "race: rungs.steps must be at most 5, the steps of the first epoch (40 images in batches of 8), whose images have not been seen before, got 6.",
    );
  });

  it("alphas of a search that is not given", async () => {
    const config = tinyRace({ proposals: { alphas: 1, search: "ab".repeat(32) } });
    await expect(refused(config)).rejects.toThrow(
      "race: proposals.alphas draws from the search with config abababababab, got none. Give its record.",
    );
  });

  it("a race that began on another engine", async () => {
    const directory = folder();
    const stop = new AbortController();
    const onChange = () => stop.abort();
    await expect(race(tinyRace(), here(directory, { onChange, signal: stop.signal }))).rejects.toThrow(
      "stopped",
    );
    const { record } = raceFiles(directory);
    rewriteRecord(record, (stored) => ({ ...stored, backend: { ...stored.backend, name: "onnx" } }));
    await expect(race(tinyRace(), here(directory))).rejects.toThrow(
      /this race began on onnx with 1 thread, now there is wasm with 1 thread, whose numbers differ in their last digits\. Set BARS_BACKEND to onnx and BARS_ONNX_THREADS to 1, or choose another folder\.$/,
    );
    rewriteRecord(record, (stored) => ({ ...stored, backend: { ...stored.backend, threads: 2 } }));
    await expect(race(tinyRace(), here(directory))).rejects.toThrow(
      "Set BARS_BACKEND to onnx, workers to 0 and BARS_ONNX_THREADS to 2, or",
    );
  });
});

describe("a training that diverges", () => {
  it("scores last, is said, and goes no further; where all do the race says so", async () => {
    const config = tinyRace({
      train: { optimizer: { method: "sgd", learningRate: 1e38, clipNorm: 0 } },
    });
    const directory = folder();
    await expect(race(config, here(directory))).rejects.toThrow(
      /^race: every training diverged by rung 1 of 3: train: .* Lower the learning rate or clip gradients, in another folder\.$/,
    );
    const record = readRaceRecord(raceFiles(directory).record);
    expect(record.status).toBe("failed");
    expect(record.networks.every(({ status }) => status === "diverged")).toBe(true);
    expect(record.networks[0]?.results[0]).toMatchObject({ score: null, loss: null });
    // Among others it comes last.
    const [a, b] = whole.networks as [RaceNetwork, RaceNetwork];
    const nothing = { score: null, loss: null, heldOut: null, diverged: "so" };
    const diverged: RaceNetwork = { ...a, results: [{ ...(a.results[0] as RaceResult), ...nothing }] };
    const ranked = ranking([diverged, b], 0);
    expect(ranked.map(({ index }) => index)).toEqual([b.index, a.index]);
    expect(sound([diverged, b], 0)).toEqual([b]);
  });
});
