import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CollapseRun, collapseFolder, readCollapseRuns } from "../../lib/experiments/collapseStudy";
import { collapseMarkdown, collapseTable } from "../../lib/experiments/collapseTable";
import { collapseStudyConfig, collapseVariants } from "../../lib/experiments/collapseVariants";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { hashJson } from "../../lib/util/canonicalJson";
import { temporaryFolder } from "../helpers/tinySearch";

const stored = (name: string, seed: number) =>
  join(__dirname, `../../data/records/search-${name}-seed${seed}.json`);
const runs: CollapseRun[] = [0, 1, 2].flatMap((seed) =>
  (["plain", "combined"] as const).map((variant) => ({
    variant,
    seed,
    record: readSearchRecord(stored(variant === "plain" ? "plain" : "cured", seed)),
  })),
);

/** Every other variant, with the same seeds. */
const others: CollapseRun[] = (Object.keys(collapseVariants) as (keyof typeof collapseVariants)[])
  .filter((variant) => variant !== "plain" && variant !== "combined")
  .flatMap((variant) =>
    [0, 1, 2].map((seed) => ({ variant, seed, record: readSearchRecord(stored(variant, seed)) })),
  );

describe("the shipped searches", () => {
  it("are those of the table in docs/collapse.md", () => {
    const docs = readFileSync(join(__dirname, "../../docs/collapse.md"), "utf8");
    for (const row of collapseMarkdown(collapseTable([...runs, ...others]))
      .trimEnd()
      .split("\n"))
      expect(docs).toContain(row);
  });

  it.each([...runs, ...others].map((run) => [`${run.variant}-seed${run.seed}`, run] as const))(
    "%s is a finished search on real CIFAR-10 with the settings of the study",
    (_, { variant, seed, record }) => {
      expect(record.status).toBe("finished");
      expect(record.data.name).toBe("CIFAR-10");
      expect(record.configHash).toBe(hashJson(collapseStudyConfig(variant, seed)));
      expect(record.config).toEqual(collapseStudyConfig(variant, seed));
      expect(record.epochs).toHaveLength(5);
    },
  );
});

describe("collapseVariants", () => {
  it("are settings that a search accepts, each another one", () => {
    const names = Object.keys(collapseVariants) as (keyof typeof collapseVariants)[];
    const hashes = names.map((name) => hashJson(collapseStudyConfig(name, 0)));
    expect(new Set(hashes).size).toBe(names.length);
  });
});

describe("collapseTable", () => {
  const { rows } = collapseTable(runs);
  const [plain, combined] = rows;

  it("gives mean and standard deviation over the seeds of each variant", () => {
    const shares = runs
      .filter(({ variant }) => variant === "combined")
      .map(({ record }) => record.epochs.at(-1)?.parameterFreeShare as number);
    const mean = shares.reduce((a, b) => a + b, 0) / 3;
    const sd = Math.sqrt(shares.reduce((s, x) => s + (x - mean) ** 2, 0) / 2);
    expect(combined?.["seeds"]).toBe(3);
    expect(combined?.["parameterFree"]).toBeCloseTo(mean, 9);
    expect(combined?.["parameterFreeSd"]).toBeCloseTo(sd, 9);
  });

  it("compares with the plain search seed by seed", () => {
    expect(plain?.["change"]).toBeNull();
    expect(combined?.["change"]).toBeCloseTo(
      (combined?.["parameterFree"] as number) - (plain?.["parameterFree"] as number),
      9,
    );
    expect(combined?.["change"]).toBeLessThan(-0.3);
  });

  it("counts empty edges and takes the gap from the test images", () => {
    for (const row of rows) {
      expect(row["gap"]).toBeCloseTo((row["soft"] as number) - (row["oneHot"] as number), 9);
      expect(row["empty"]).toBeLessThanOrEqual(row["parameterFree"] as number);
    }
  });

  it("has no spread for one seed", () => {
    const [row] = collapseTable(runs.slice(0, 1)).rows;
    expect(row?.["parameterFreeSd"]).toBeNull();
    expect(collapseMarkdown(collapseTable(runs.slice(0, 1)))).not.toContain("±");
  });

  it("refuses no runs, and unfinished ones by name", () => {
    expect(() => collapseTable([])).toThrow("collapseTable: expected at least one run, got none.");
    const [run] = runs as [CollapseRun];
    const record = { ...run.record, status: "interrupted", test: null } as const;
    expect(() => collapseTable([{ ...run, record }])).toThrow(
      "collapseTable: plain-seed0: expected a finished search, got one that is interrupted. Run the study again to end it.",
    );
  });

  it("as Markdown gives a row for each variant, mean ± standard deviation, and the notes", () => {
    const text = collapseMarkdown(collapseTable(runs));
    const lines = text.split("\n");
    expect(lines[2]).toMatch(/^\| plain \| 3 \| 0\.\d{3} ± 0\.\d{3} \| – \|/);
    expect(lines[3]).toMatch(/^\| combined \| 3 \| 0\.\d{3} ± 0\.\d{3} \| -0\.\d{3} ± /);
    expect(text).toContain("CIFAR-10: 480 images train weights, 480 train alphas, 480 test images.");
  });
});

describe("readCollapseRuns", () => {
  it("finds the finished searches of a folder, in the order of the study", () => {
    const root = temporaryFolder();
    for (const { variant, seed } of runs) {
      const folder = collapseFolder(root, variant, seed);
      mkdirSync(folder, { recursive: true });
      copyFileSync(stored(variant === "plain" ? "plain" : "cured", seed), join(folder, "record.json"));
    }
    const found = readCollapseRuns(root, [0, 2]).map(({ variant, seed }) => `${variant}${seed}`);
    expect(found).toEqual(["plain0", "plain2", "combined0", "combined2"]);
  });
});
