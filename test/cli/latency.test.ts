import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { main } from "../../lib/cli/main";
import { type LatencyTable, latencyKey, latencyTable } from "../../lib/cost/latencyTable";
import { spaceLayers } from "../../lib/cost/spaceLayers";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { rewriteRecord } from "../helpers/rewriteRecord";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const record = resolve(__dirname, "../../data/records/frontier/searches/bars-6M-s0.json");
const runs = resolve(__dirname, "../../data/records/frontier/bars-6M-s0.json");

let out: string[] = [];
let err: string[] = [];
beforeEach(() => {
  [out, err] = [[], []];
  vi.spyOn(console, "log").mockImplementation((text) => void out.push(String(text)));
  vi.spyOn(console, "error").mockImplementation((text) => void err.push(String(text)));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err.push(String(text));
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

async function bars(...args: string[]): Promise<number> {
  process.exitCode = undefined;
  await main(["node", "bars", ...args]);
  return Number(process.exitCode ?? 0);
}

describe("bars latency", () => {
  const path = at("latency.json");
  const network = "resnet20-bireal-x0.125";

  it("measures the layers of networks, keeps those a table has, and says what they add up to", async () => {
    expect(await bars("latency", network, "--out", path, "--milliseconds", "0.5")).toBe(0);
    const table = JSON.parse(readFileSync(path, "utf8")) as LatencyTable;
    const kinds = Object.keys(table.layers).length;
    expect(kinds).toBeGreaterThan(10);
    expect(out.join("\n")).toContain(`: ${kinds} kinds of layers, ${kinds} of them measured now`);
    expect(out.join("\n")).toMatch(/^resnet20-bireal-x0\.125 {2}0\.\d{4} ms an image, added up$/m);
    expect(await bars("latency", network, "--out", path, "--milliseconds", "0.5")).toBe(0);
    expect(out.join("\n")).toContain(`: ${kinds} kinds of layers, 0 of them measured now`);
    expect((JSON.parse(readFileSync(path, "utf8")) as LatencyTable).layers).toEqual(table.layers);
    expect(await bars("cost", network, "--parts", "--latency", path)).toBe(0);
    expect(out.at(-1)).toMatch(/^0\.\d{4} ms an image on one thread \(added up from layers measured on /);
    // The table is this command's alone.
    expect(await bars("cost", network)).toBe(0);
    expect(latencyTable()).toBeNull();
  });

  it("refuses a table of another machine, a file that is none, and milliseconds that are none", async () => {
    copyFileSync(path, at("other.json"));
    rewriteRecord(at("other.json"), (table) => ({ ...table, machine: { name: "other", processor: "p" } }));
    expect(await bars("latency", network, "--out", at("other.json"))).toBe(2);
    expect(err.join("")).toContain("got one of other (p)");
    writeFileSync(at("list.json"), "[1]");
    expect(await bars("latency", network, "--out", at("list.json"))).toBe(1);
    expect(await bars("latency", network, "--milliseconds", "0")).toBe(2);
    expect(await bars("cost", network, "--latency", at("none.json"))).toBe(2);
    expect(await bars("cost", network, "--latency", at("list.json"))).toBe(1);
  });
});

describe("a table of measured layers in a shell", () => {
  const { space, binarization } = readSearchRecord(record).config;
  const path = at("made-up.json");
  const table: LatencyTable = {
    kind: "bars.latency-table",
    schema: 1,
    machine: { name: "made up", processor: "none" },
    engine: { bars: "0.1.0", kernel: "lookup", relaxedSimd: true, threads: 1, runtime: "node 22.0.0" },
    createdAt: "2026-11-28T00:00:00.000Z",
    counting: "made up",
    layers: Object.fromEntries(
      spaceLayers(space, binarization).map((row) => {
        const [height, width, channels] = row.outputShape;
        return [latencyKey(row) as string, 1e-6 * (height * width * channels + row.bops / 500)];
      }),
    ),
  };
  writeFileSync(path, JSON.stringify(table));
  const budget = ["--rule", "budget", "--option", "measure=latency", "--option", "budget=0.2"];

  it("holds rule budget to milliseconds, and is an axis of the frontier", async () => {
    expect(await bars("derive", record, ...budget, "--out", at("g.json"), "--latency", path)).toBe(0);
    const text = out.join("\n");
    expect(text).toMatch(
      /^0\.[01]\d{3} ms an image on one thread \(added up from layers measured on made up, none\)$/m,
    );
    expect(text).toMatch(/costs 0\.[01]\d* ms: \d+ % of the 0\.2 ms that rule budget held it to/);
    expect(await bars("frontier", runs, "--measure", "latency", "--latency", path)).toBe(0);
    expect(out.join("\n")).toContain("milliseconds");
  });

  it("is asked for by name where it is missing", async () => {
    expect(await bars("derive", record, ...budget, "--out", at("g.json"))).toBe(2);
    expect(err.join("")).toContain("in a shell bars latency. Then");
    expect(await bars("frontier", runs, "--measure", "latency")).toBe(2);
    expect(err.join("")).toContain("in a shell: bars latency, and --latency.");
  });
});
