import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { genotypeJson } from "../../lib/space/genotypeJson";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyModel } from "../helpers/tinyTraining";

const folder = temporaryFolder();
const cli = resolve(__dirname, "../../lib/bin/bars.cjs");
const dist = resolve(__dirname, "../../lib/dist");
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  text(): string;
}

/** A program in a process of its own, its output read. */
function start(args: readonly string[], env: object = {}): Running {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, BARS_BACKEND: "wasm", ...env },
    stdio: "pipe",
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (text += part));
  const ended = new Promise<{ code: number | null; signal: string | null }>((done) =>
    child.once("close", (code, signal) => done({ code, signal })),
  );
  return { child, ended, text: () => text };
}

async function until(holds: () => boolean, { child, text }: Running): Promise<void> {
  for (let i = 0; i < 4000 && !holds() && child.exitCode === null; i++) await pause(20);
  if (!holds()) throw new Error(`it did not come to that: ${text()}`);
}

/** Nobody reads what the process writes any more. */
function closeOutput({ child }: Running): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
}

const json = (path: string) => JSON.parse(readFileSync(join(folder, path), "utf8"));
const recordOf = (path: string) => (existsSync(join(folder, path)) ? json(path) : null);
const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));

const space = { initChannels: 2, cellLayout: [0, 1], steps: 1, widthChoices: [0.5, 1] };
const data = { dataset: "synthetic", trainImages: 20, testImages: 10 };
const endless = { data, batchSize: 10, epochs: 5000 };
write("search.json", { ...endless, space, warmupEpochs: 0 });
write("train.json", { ...endless, validationShare: 0 });
write("short.json", { data, batchSize: 9, epochs: 1, validationShare: 0.1 });
write("space.json", space);
writeFileSync(join(folder, "g.json"), genotypeJson(tinyModel().genotype));
write("sweep.json", {
  ...{ kind: "bars.sweep", schema: 1, name: "s", common: { train: { overrides: endless }, seeds: [0] } },
  runs: [{ name: "r", stage: "random", random: { space, atLeast: 0.1 }, budgets: [2e5] }],
});
const job = (sweep = "runs/s") => {
  const at = join(folder, sweep);
  return existsSync(at) ? readdirSync(at).find((name) => name.startsWith("r-")) : undefined;
};

describe("a run that is asked to stop", () => {
  const epochs = (path: string) => (recordOf(path)?.epochs?.length ?? 0) > 0;
  it.concurrent.each([
    {
      how: "closed output",
      args: ["train", "g.json", "--config", "train.json", "--out", "b"],
      record: () => "b/record.json",
      begun: () => epochs("b/record.json"),
    },
    {
      how: "SIGTERM",
      args: [
        "evolve",
        "--space",
        "space.json",
        "--config",
        "short.json",
        "--evaluations",
        "500",
        "--out",
        "c",
      ],
      record: () => "c/record.json",
      begun: () => (recordOf("c/record.json")?.history.length ?? 0) > 0,
    },
    {
      how: "SIGHUP",
      args: ["sweep", "run", "sweep.json"],
      record: () => `runs/s/${job()}/train/record.json`,
      begun: () => job() !== undefined && epochs(`runs/s/${job()}/train/record.json`),
    },
  ])("by $how saves and ends with 130: bars $args.0", async ({ how, args, record, begun }) => {
    const running = start([cli, ...args]);
    await until(begun, running);
    if (how === "closed output") closeOutput(running);
    else running.child.kill(how as NodeJS.Signals);
    expect(await running.ended).toEqual({ code: 130, signal: null });
    const path = record();
    expect(json(path).status).toBe("interrupted");
    if (how !== "closed output")
      expect(running.text()).toContain("everything is saved. Run the same command again to go on.");
    expect(existsSync(join(folder, path, "../owner.lock"))).toBe(false);
  });

  it.concurrent("by a signal to one of its jobs alone, as a cluster sends it, says so and ends with 130: bars sweep", async () => {
    const running = start([cli, "sweep", "run", "sweep.json", "--out", "unasked"]);
    const at = () => `unasked/${job("unasked")}`;
    await until(() => job("unasked") !== undefined && epochs(`${at()}/train/record.json`), running);
    execFileSync("kill", ["-TERM", String(json(`${at()}/owner.lock`).pid)]);
    expect(await running.ended).toEqual({ code: 130, signal: null });
    expect(running.text()).toContain(
      "sweep run: 1 of 1 job stopped without being asked to by this command, e.g. r-200k-s0; everything is saved. Run the same command again to go on.",
    );
    expect(json(`${at()}/outcome.json`).status).toBe("interrupted");
  });

  it.concurrent("takes two Ctrl-C at once, npm's and the terminal's, for one, and a hangup while it saves for nothing", async () => {
    const running = start([cli, "search", "--config", "search.json", "--out", "twice"]);
    await until(() => epochs("twice/record.json"), running);
    for (const signal of ["SIGINT", "SIGINT", "SIGHUP", "SIGTERM"] as const) running.child.kill(signal);
    closeOutput(running);
    expect(await running.ended).toEqual({ code: 130, signal: null });
    expect(recordOf("twice/record.json").status).toBe("interrupted");
  });
});

describe("Ctrl-C before a run has begun", () => {
  let server: Server;
  let asked = 0;
  beforeAll(async () => {
    // A mirror that never answers: loading the data takes for ever.
    server = createServer(() => void asked++);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const env = () => ({ BARS_CIFAR10_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/x` });
  const cifar = ["--dataset", "cifar10", "--data-dir", "d"];

  it.each([
    { args: ["search", "--out", "early-s"], out: "early-s" },
    { args: ["train", "g.json", "--out", "early-t"], out: "early-t" },
  ])(
    "says so at once, ends with 130 and leaves neither lock nor folder: bars $args.0",
    async ({ args, out }) => {
      const before = asked;
      const running = start([cli, ...args, ...cifar], env());
      await until(() => asked > before, running);
      expect(existsSync(join(folder, out, "owner.lock"))).toBe(true);
      const begun = performance.now();
      running.child.kill("SIGINT");
      expect(await running.ended).toEqual({ code: 130, signal: null });
      expect(performance.now() - begun).toBeLessThan(10_000);
      expect(running.text()).toContain(
        `${args[0]}: stopped while it was starting; what was saved before is untouched. Run the same command again.`,
      );
      expect(existsSync(join(folder, out))).toBe(false);
      expect(readdirSync(join(folder, "d")).filter((name) => name.includes(".lock"))).toEqual([]);
    },
  );

  it("says so, ends with 130 and leaves no lock where no run is involved: bars data", async () => {
    const before = asked;
    const running = start([cli, "data", "--dataset", "cifar10", "--data-dir", "d"], env());
    await until(() => asked > before, running);
    running.child.kill("SIGINT");
    expect(await running.ended).toEqual({ code: 130, signal: null });
    expect(running.text()).toContain(
      "bars: stopped by SIGINT. Run the same command again; it goes on from what was stored, if anything was.",
    );
    expect(readdirSync(join(folder, "d")).filter((name) => name.includes(".lock"))).toEqual([]);
  });
});

describe("output that cannot be written", () => {
  it("because its reader has gone is dropped by a command that only prints", async () => {
    const running = start([cli, "cost", "g.json"]);
    closeOutput(running);
    expect((await running.ended).code).toBe(0);
  });

  it.skipIf(process.platform !== "linux")("because the disk is full is an error, exit code 1", async () => {
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, [cli, "cost", "g.json"], {
      cwd: folder,
      stdio: ["ignore", full, "pipe"],
    });
    let err = "";
    child.stderr?.on("data", (part) => (err += part));
    expect(await new Promise((done) => child.once("close", done))).toBe(1);
    expect(err).toMatch(/^error: the output is not complete: it could not be written \(.*ENOSPC.*\)\.$/m);
  });
});

describe("openInterrupt", () => {
  it("lets a second Ctrl-C, a second later, end the process as if nobody listened", async () => {
    const source = `
      const { openInterrupt } = require(${JSON.stringify(join(dist, "util/interrupt.js"))});
      openInterrupt().signal.addEventListener("abort", () => console.log("asked"));
      setImmediate(() => console.log("ready"));
      setTimeout(() => {}, 60_000);`;
    const running = start(["-e", source]);
    await until(() => running.text().includes("ready"), running);
    running.child.kill("SIGINT");
    await until(() => running.text().includes("asked"), running);
    running.child.kill("SIGINT");
    await pause(1_200);
    expect(running.child.exitCode).toBe(null);
    running.child.kill("SIGINT");
    expect((await running.ended).signal).toBe("SIGINT");
  });

  it.concurrent.each([
    ["still listens", ""],
    ["has ended its work by then", "interrupt.close();"],
  ])(
    "takes an echo of Ctrl-C for one however late a process hears it that was busy saving and %s",
    async (when, then) => {
      const sent = join(folder, `echo-sent ${when}`);
      // Immediate callbacks have signals heard between them.
      const source = `
      const { existsSync, writeSync } = require("node:fs");
      const { endWhenIdle, openInterrupt } = require(${JSON.stringify(join(dist, "util/interrupt.js"))});
      endWhenIdle();
      const interrupt = openInterrupt();
      const heard = (left) => setImmediate(() => (left > 0 ? heard(left - 1) : (writeSync(1, "saved"), process.exit(130))));
      interrupt.signal.addEventListener("abort", () => {
        const begun = performance.now();
        writeSync(1, "saving");
        const nothing = new Int32Array(new SharedArrayBuffer(4));
        while (performance.now() - begun < 1_200 || !existsSync(${JSON.stringify(sent)})) Atomics.wait(nothing, 0, 0, 20);
        ${then}
        heard(10);
      });
      setImmediate(() => console.log("ready"));
      setTimeout(() => {}, 60_000);`;
      const running = start(["-e", source]);
      await until(() => running.text().includes("ready"), running);
      running.child.kill("SIGINT");
      await until(() => running.text().includes("saving"), running);
      running.child.kill("SIGINT");
      writeFileSync(sent, "");
      expect(await running.ended).toEqual({ code: 130, signal: null });
      expect(running.text()).toContain("saved");
      expect(running.text()).not.toContain("if anything was");
    },
  );
});
mkdirSync(join(folder, "d"));
