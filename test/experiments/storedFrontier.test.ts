import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { derive, type RuleChoice } from "../../lib/derive/derive";
import { comparedModel } from "../../lib/experiments/comparedModel";
import { comparableRuns, type FoundRecord } from "../../lib/experiments/frontierRuns";
import { loadTrainRecords } from "../../lib/experiments/loadTrainRecords";
import { frontier } from "../../lib/frontier/frontier";
import { frontierNotes } from "../../lib/frontier/frontierTable";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { modelCost } from "../../lib/train/modelCost";
import { trainHash } from "../../lib/train/train";
import { projectFolder } from "../../lib/util/projectFolder";

const folder = join(projectFolder(), "data", "records", "frontier");
const found: FoundRecord[] = loadTrainRecords("data/records/frontier");
const longer: FoundRecord[] = loadTrainRecords("data/records/frontier-long");
const searches = readdirSync(join(folder, "searches")).map((name) =>
  readSearchRecord(join(folder, "searches", name)),
);

describe("the stored frontier", () => {
  it.each([
    ["8 epochs", found, 8],
    ["24 epochs", longer, 24],
  ])(
    "is one recipe of %s on all of CIFAR-10, finished, tested on both sets of test images",
    (_, own, epochs) => {
      const { runs, leftOut } = comparableRuns(own, { which: "all", checkpoint: "last" });
      expect(leftOut).toEqual([]);
      expect(frontier(runs, { measure: "bops" }).recipes).toHaveLength(1);
      for (const { record } of own) {
        expect(record.epochs).toHaveLength(epochs);
        expect(record.data).toMatchObject({ name: "CIFAR-10", trainImages: 50_000 });
        expect(record.tests.map(({ which, images }) => [which, images])).toEqual([
          ["all", 10_000],
          ["exact", 9_980],
        ]);
      }
    },
  );

  it("holds settings, models and costs as this version counts them", () => {
    for (const { record } of [...found, ...longer]) {
      expect(trainHash(record.config, record.model)).toBe(record.configHash);
      const { bops, flops, ops } = record.cost;
      expect(modelCost(record.model, record.config.binarization)).toMatchObject({ bops, flops, ops });
    }
  });

  it("counts operations that nothing feeds in records, and not where networks are compared", () => {
    const { runs } = comparableRuns(found, { which: "all", checkpoint: "last" });
    const unfed = found.flatMap(({ record }, i) => {
      const run = runs[i] as (typeof runs)[number];
      if (run.bops === record.cost.bops) {
        expect(run).not.toHaveProperty("unfedBops");
        return [];
      }
      const model = comparedModel(record.model);
      const { bops, flops, ops } = modelCost(model, record.config.binarization);
      expect(run).toMatchObject({ bops, flops, ops, unfedBops: record.cost.bops - bops });
      return [[run.name, run.seed, run.unfedBops]];
    });
    expect(unfed).toEqual([
      ["random-3M", 2, 1_179_648],
      ["random-7.5M", 1, 1_179_648],
      ["random-900k", 0, 294_912],
    ]);
    const notes = frontierNotes(frontier(runs, { measure: "bops" }));
    expect(notes).toContain(
      'costs leave out operations that nothing feeds, though some were trained with them: "random-900k" seed 0 294,912 BOPs, "random-3M" seed 2 1,179,648 BOPs, "random-7.5M" seed 1 1,179,648 BOPs',
    );
  });

  it("holds derived architectures that deriving the stored searches gives again", () => {
    const derived = found.filter(({ record }) => record.model.name.startsWith("bars-"));
    expect(derived.length).toBeGreaterThan(0);
    for (const { record } of derived) {
      if (record.model.kind !== "genotype") throw new Error(`${record.model.name} is no genotype`);
      const recordHash = record.model.origin?.recordHash;
      const search = searches.find(({ configHash }) => configHash === recordHash);
      if (!search) throw new Error(`${record.model.name}: its search is not stored`);
      const { genotype } = derive(deriveInputOf(search), record.model.origin?.rule as RuleChoice);
      expect(record.model.genotype).toEqual(genotype);
    }
  });

  it("is what the table of docs/frontier-earlier.md says", () => {
    const text = readFileSync(join(projectFolder(), "docs", "frontier-earlier.md"), "utf8");
    const lines = text.slice(0, text.indexOf("## Trained longer")).split("\n");
    const percent = (share: number | null) => (100 * (share as number)).toFixed(1);
    const rowsOf = (which: "all" | "exact") =>
      frontier(comparableRuns(found, { which, checkpoint: "last" }).runs, { measure: "bops" }).rows;
    const exact = new Map(rowsOf("exact").map(({ name, accuracy }) => [name, accuracy]));
    for (const { name, runs, bops, accuracy } of rowsOf("all")) {
      const [cheap, dear] = [bops.min, bops.max].map((cost) => (cost / 1e6).toFixed(2));
      const ends = [accuracy, exact.get(name)].map((one) =>
        one?.sd == null ? percent(one?.mean ?? null) : `${percent(one.mean)} ± ${percent(one.sd)}`,
      );
      const line = lines.filter((own) => own.endsWith(`| ${ends.join(" | ")} |`));
      expect(line, name).toHaveLength(1);
      expect(line[0], name).toContain(
        `| ${runs.length} | ${cheap === dear ? cheap : `${cheap} to ${dear}`} M |`,
      );
    }
    // Besides the networks: the names of the columns and the line below them.
    expect(lines.filter((own) => own.startsWith("|")).length).toBe(exact.size + 2);
  });

  it("trains the same networks longer, by a recipe that differs in its epochs alone", () => {
    const short = (name: string, seed: number) =>
      found.find(({ record }) => record.model.name === name && record.config.seed === seed)?.record;
    for (const { record } of longer) {
      const same = short(record.model.name, record.config.seed);
      expect(same?.model).toEqual(record.model);
      expect({ ...record.config, epochs: 8 }).toEqual(same?.config);
    }
  });
});

it("is found from a folder inside the project, whether it is named from there or from the project's", () => {
  const project = process.cwd();
  process.chdir("notebooks");
  try {
    for (const place of ["data/records/frontier-long", "../data/records/frontier-long"])
      expect({ place, count: loadTrainRecords(place).length }).toEqual({ place, count: longer.length });
  } finally {
    process.chdir(project);
  }
});
