import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { main } from "../../lib/cli/main";
import { readProvenance } from "../../lib/figures/export/provenanceFile";
import { readSearchRecord } from "../../lib/records/searchRecordFile";

const folder = mkdtempSync(join(tmpdir(), "bars-figures-"));
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

const bars = async (...words: string[]) => {
  const said: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line) => void said.push(String(line)));
  vi.spyOn(console, "error").mockImplementation((line) => void said.push(String(line)));
  const errors = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said.push(String(text));
    return true;
  });
  await main(["node", "bars", ...words]);
  errors.mockRestore();
  return said.join("\n");
};

describe("bars figures", () => {
  it("writes every figure of a search beside its record, each of which says where it comes from", async () => {
    const run = join(folder, "run");
    cpSync("data/records/search-cured-seed0.json", join(run, "record.json"));
    await bars("figures", run, "--format", "svg");
    const names = readdirSync(join(run, "figures")).sort();
    expect(names).toEqual(
      [
        "alpha-distributions",
        "alpha-heatmap",
        "alphas-group0",
        "alphas-group1",
        "architecture",
        "collapse",
        "cost",
        "cost-by-part",
        "entropy",
        "layout",
        "losses",
      ]
        .map((name) => `${name}.svg`)
        .sort(),
    );
    const { configHash } = readSearchRecord(join(run, "record.json"));
    const sources = names.map((name) => readProvenance(join(run, "figures", name)));
    expect(sources.map(({ configHashes, seeds }) => [configHashes, seeds])).toEqual(
      names.map(() => [[configHash], [0]]),
    );
    const [losses] = sources.slice(names.indexOf("losses.svg"));
    expect(new Set(sources.map(({ recordHashes }) => recordHashes.join()))).toEqual(
      new Set([losses?.recordHashes.join()]),
    );
  });

  it("writes those of a race", async () => {
    const out = join(folder, "raced");
    await bars("figures", "data/records/protocol/A-race-0.json", "--format", "svg", "--out", out);
    expect(readdirSync(out).sort()).toEqual(
      ["agreement", "alpha-heatmap", "architecture", "cost-against-score", "cost-by-part", "ladder"].map(
        (name) => `${name}.svg`,
      ),
    );
  });

  it("writes those of a training, also of a hand-made network, in every format asked for", async () => {
    const out = join(folder, "trained");
    await bars(
      "figures",
      "data/records/frontier/resnet20-0125-s0.json",
      "--out",
      out,
      "--format",
      "svg,json",
    );
    expect(readdirSync(out).sort()).toEqual(["training.json", "training.svg"]);
  });

  it("names what is wrong with what was typed, and with the record", async () => {
    expect(await bars("figures", "data/records/search-cured-seed0.json", "--format", "svg,bmp")).toContain(
      "must be of pdf, svg, png, json, tex, got bmp.",
    );
    expect(process.exitCode).toBe(2);
    expect(await bars("figures", "package.json")).toContain(
      "package.json: expected the record of a search, a training or a race, got JSON of no kind.",
    );
    expect(process.exitCode).toBe(1);
    expect(existsSync("figures")).toBe(false);
  });
});
