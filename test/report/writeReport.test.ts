import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { unpackRows } from "../../lib/page/report/packedRows";
import type { ReportMore, ReportRow, ReportTable, RunDetail } from "../../lib/page/report/reportData";
import { writeReport } from "../../lib/report/writeReport";
import { NoRecordError } from "../../lib/util/errors";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();

/** What a page gets of a site's data script. */
function dataOf<T>(path: string): T {
  let got: unknown;
  const take = (value: unknown) => {
    got = value;
  };
  runInContext(
    readFileSync(path, "utf8"),
    createContext({ barsPage: { table: take, more: take, run: take } }),
  );
  // Values of another context have other prototypes.
  return JSON.parse(JSON.stringify(got)) as T;
}
const tableOf = (site: string) => dataOf<ReportTable>(join(site, "data/table.js"));
const rowsOf = (site: string) => {
  const { rows, count } = tableOf(site);
  return unpackRows<ReportRow>(rows, count);
};
const detailOf = (site: string, name: string) =>
  dataOf<RunDetail>(join(site, "runs", `${rowsOf(site).find((row) => row.name === name)?.id}.js`));

/** A folder of runs: two searches, a training and a race as a run leaves them, and a table. */
function runsFolder(name: string): string {
  const runs = join(folder, name);
  for (const seed of [0, 1])
    cpSync(`data/records/search-cured-seed${seed}.json`, join(runs, `cured-${seed}/record.json`));
  cpSync("data/records/frontier/bars-3M-s0.json", join(runs, "trained/record.json"));
  cpSync("data/records/race-small-seed0.json", join(runs, "race/record.json"));
  cpSync("data/records/analysis/layout.json", join(runs, "comparison/table.json"));
  return runs;
}

describe("writeReport", () => {
  it("lists every kind of run by what its record says", () => {
    const site = join(folder, "kinds-site");
    expect(writeReport([runsFolder("kinds")], { out: site })).toEqual({
      page: join(site, "index.html"),
      runs: 5,
      unreadable: 0,
      written: 9,
      unchanged: 0,
      removed: 0,
    });
    const rows = rowsOf(site);
    expect(rows.map(({ kind, name, status, place }) => [kind, name, status, place])).toEqual([
      ["table", "Layouts at equal BOPs", "finished", "kinds/comparison/table.json"],
      ["search", "cured-0", "finished", "kinds/cured-0/record.json"],
      ["search", "cured-1", "finished", "kinds/cured-1/record.json"],
      ["race", "race", "finished", "kinds/race/record.json"],
      ["training", "bars-3M", "finished", "kinds/trained/record.json"],
    ]);
    const record = JSON.parse(readFileSync("data/records/frontier/bars-3M-s0.json", "utf8"));
    expect(rows.at(-1)).toMatchObject({
      method: "search",
      seed: record.config.seed,
      test: record.tests[0].accuracy,
      bops: record.cost.bops,
      progress: "8 of 8 epochs",
      measured: "test: 10,000 test images, last epoch (8), batch norms recalibrated",
      config: record.configHash.slice(0, 12),
    });
    // The page of a run holds its record whole, and what differs from the nearest preset.
    const detail = detailOf(site, "bars-3M");
    expect(detail.record).toEqual(record);
    expect(detail.files.map(({ name }) => name)).toEqual(["record.json"]);
    expect(detail.preset?.name).toBe("laptop");
    for (const { key, value, preset } of detail.changed) expect([key, value]).not.toEqual([key, preset]);
    const more = dataOf<ReportMore>(join(site, "data/more.js"));
    expect(Object.keys(more.settings)).toContain("seed");
    expect(more.ids).toEqual(rowsOf(site).map(({ id }) => id));
    expect(unpackRows<{ testSet: string | null }>(more.frontier, 5).map(({ testSet }) => testSet)).toEqual([
      null,
      null,
      null,
      null,
      "CIFAR-10, 10000 test images",
    ]);
  });

  it("reads and writes again only what changed, and removes pages of runs that are gone", () => {
    const [runs, site] = [runsFolder("again"), join(folder, "again-site")];
    writeReport([runs], { out: site });
    const { made } = tableOf(site);
    expect(writeReport([runs], { out: site })).toMatchObject({ written: 0, unchanged: 9, removed: 0 });
    expect(tableOf(site).made).toBe(made);
    const path = join(runs, "trained/record.json");
    const record = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...record, updatedAt: "2027-01-01T00:00:00.000Z" }));
    rmSync(join(runs, "cured-1"), { recursive: true });
    // The table, more, and one page.
    expect(writeReport([runs], { out: site })).toMatchObject({ runs: 4, written: 3, removed: 1 });
    expect(rowsOf(site).at(-1)?.updated).toBe("2027-01-01T00:00:00.000Z");
    expect(readdirSync(join(site, "runs"))).toHaveLength(4);
    // A damaged state, or a page that somebody removed, is made anew.
    writeFileSync(join(site, "report-state.json"), `{"kind":`);
    rmSync(join(site, "runs", readdirSync(join(site, "runs"))[0] as string));
    writeReport([runs], { out: site });
    expect(readdirSync(join(site, "runs"))).toHaveLength(4);
    // As a loss of power may leave a page.
    const page = join(site, "runs", readdirSync(join(site, "runs"))[0] as string);
    writeFileSync(page, "");
    expect(writeReport([runs], { out: site })).toMatchObject({ written: 1 });
    expect(readFileSync(page, "utf8")).toMatch(/^barsPage\.run\(/);
  });

  it("leaves a site as it is where no record is found", () => {
    const [runs, site, empty] = [runsFolder("kept"), join(folder, "kept-site"), join(folder, "none-here")];
    writeReport([runs], { out: site });
    const files = () =>
      (readdirSync(site, { recursive: true, encoding: "utf8" }) as string[])
        .filter((name) => statSync(join(site, name)).isFile())
        .map((name) => [name, readFileSync(join(site, name), "utf8")]);
    const before = files();
    mkdirSync(empty);
    expect(() => writeReport([empty], { out: site })).toThrow(NoRecordError);
    expect(files()).toEqual(before);
  });

  it("lists what cannot be read with the reason, and drops nothing silently", () => {
    const [runs, site] = [runsFolder("damaged"), join(folder, "damaged-site")];
    const text = readFileSync("data/records/search-cured-seed0.json", "utf8");
    const record = JSON.parse(text);
    const put = (name: string, content: string) => {
      mkdirSync(join(runs, name), { recursive: true });
      writeFileSync(join(runs, name, "record.json"), content);
    };
    put("cut", text.slice(0, 700));
    put("schema", JSON.stringify({ ...record, schema: 99 }));
    put("settings", JSON.stringify({ ...record, config: { ...record.config, seed: 5 } }));
    put("list", "[1]");
    writeFileSync(join(runs, "package.json"), "{}");
    mkdirSync(join(runs, "candidates"));
    symlinkSync("/etc", join(runs, "link"));
    expect(writeReport([runs], { out: site })).toMatchObject({ runs: 5, unreadable: 4 });
    const { problems, notes } = tableOf(site);
    const why = Object.fromEntries(problems.map((one) => [one.place.split("/")[1], one.why]));
    expect(why["cut"]).toMatch(/^expected the record of a run, got text that is not JSON/);
    expect(why["schema"]).toMatch(/^expected schema 4, got 99; it was written by another version/);
    expect(why["settings"]).toMatch(/^configHash must be the hash of config/);
    expect(why["list"]).toBe("expected the record of a run, got JSON of no kind.");
    expect(JSON.stringify(problems)).not.toContain(folder);
    expect(notes).toEqual([
      "Passed over: 1 place with short trainings of evolutions.",
      "Passed over: 1 place with links, which are not followed.",
      "Passed over: 1 JSON files that are no record of a run.",
    ]);
  });

  it("says of a run whose process is gone that it stopped", () => {
    const [runs, site] = [join(folder, "gone"), join(folder, "gone-site")];
    const record = JSON.parse(readFileSync("data/records/search-cured-seed0.json", "utf8"));
    mkdirSync(join(runs, "search"), { recursive: true });
    const path = join(runs, "search/record.json");
    writeFileSync(path, JSON.stringify({ ...record, status: "running" }));
    writeReport([runs], { out: site });
    expect(rowsOf(site)).toMatchObject([{ name: "search", status: "stopped" }]);
    // A live owner that came since changes no record, and is seen all the same.
    const owner = { pid: process.ppid, host: hostname(), since: new Date().toISOString() };
    writeFileSync(join(runs, "search/owner.lock"), JSON.stringify(owner));
    writeReport([runs], { out: site });
    expect(rowsOf(site)[0]?.status).toBe("running");
  });

  it("gives values to pages as data, never as markup", () => {
    const [runs, site] = [join(folder, "hostile"), join(folder, "hostile-site")];
    const hostile = '</script><script>window.hacked=1</script><img src=x onerror="window.hacked=2">';
    cpSync("data/records/analysis/layout.json", join(runs, "a/table.json"));
    const table = JSON.parse(readFileSync(join(runs, "a/table.json"), "utf8"));
    writeFileSync(join(runs, "a/table.json"), JSON.stringify({ ...table, title: hostile }));
    writeReport([runs], { out: site, title: hostile });
    expect(rowsOf(site)[0]?.name).toBe(hostile);
    for (const file of ["index.html", "data/table.js", `runs/${rowsOf(site)[0]?.id}.js`]) {
      const text = readFileSync(join(site, file), "utf8");
      expect(text).not.toContain("<script>window");
      expect(text).not.toContain("<img");
    }
  });

  it("refuses a folder that holds other things, a place that is not there, and none at all", () => {
    const other = join(folder, "other");
    mkdirSync(other);
    writeFileSync(join(other, "thesis.tex"), "");
    expect(() => writeReport([runsFolder("fine")], { out: other })).toThrow(
      `report: ${other}: expected an empty folder or one that holds a report, found thesis.tex. Choose another folder for --out.`,
    );
    const thesis = join(other, "thesis.tex");
    expect(() => writeReport([runsFolder("fine")], { out: thesis })).toThrow(
      `report: ${thesis}: expected a folder, or none yet, found a file. Choose another folder for --out.`,
    );
    expect(() => writeReport([join(folder, "nowhere")], { out: join(folder, "x") })).toThrow(
      /^report: .*nowhere: expected a folder of runs or a record file, found nothing of that name\./,
    );
    expect(() => writeReport([], { out: join(folder, "x") })).toThrow(
      "report: expected at least one folder of runs or record file, got none.",
    );
    expect(existsSync(join(folder, "x"))).toBe(false);
  });

  it("leaves its own site out when that lies among the runs, and tells roots of one name apart", () => {
    const runs = runsFolder("inside");
    const site = join(runs, "site");
    writeReport([runs], { out: site });
    utimesSync(site, 0, 0);
    expect(writeReport([runs], { out: site })).toMatchObject({ runs: 5, unreadable: 0 });
    const twin = runsFolder("twin/inside");
    writeReport([runs, twin], { out: join(folder, "two") });
    expect(rowsOf(join(folder, "two")).map(({ place }) => place.split("/")[0])).toEqual([
      ...Array.from({ length: 5 }, () => "inside (2)"),
      ...Array.from({ length: 5 }, () => "inside"),
    ]);
  });
});
