// Measures `bars report` with thousands of runs, made from the stored records with other seeds:
//   node scripts/speed/report.mjs [--records 5000] [--keep FOLDER]
// Prints how long the site takes to make, to make again with nothing and with ten runs changed, the sizes of what the first
// page loads, and, where there is a Chromium, how long the page takes to show, filter, sort and draw the frontier.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { openBrowser } from "../front-ends/browser.mjs";
import { root } from "../root.mjs";

const { values } = parseArgs({
  options: { records: { type: "string", default: "5000" }, keep: { type: "string" } },
});
const require = createRequire(join(root, "package.json"));
const { writeReport } = require("./lib/dist/report/writeReport.js");
const { hashJson } = require("./lib/dist/util/canonicalJson.js");
const { findChromium } = require("./lib/dist/figures/export/chromium.js");

const folder = values.keep ?? mkdtempSync(join(tmpdir(), "bars-report-"));
const runs = join(folder, "runs");
const site = join(folder, "site");
makeRuns(Number(values.records));
const rows = [];
const add = (what, value) => rows.push([what, value]);
const timed = (what, work) => {
  const started = performance.now();
  const before = process.cpuUsage();
  const got = work();
  const { user, system } = process.cpuUsage(before);
  const wall = (performance.now() - started) / 1000;
  add(what, `${wall.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of processor time`);
  return got;
};
const made = timed("site made", () => writeReport([runs], { out: site }));
add("runs, unreadable, files", `${made.runs}, ${made.unreadable}, ${made.written}`);
timed("again, nothing changed", () => writeReport([runs], { out: site }));
for (const name of readdirSync(runs).slice(0, 10)) {
  const path = join(runs, name, "record.json");
  writeFileSync(
    path,
    readFileSync(path, "utf8").replace(/"updatedAt":"[^"]*"/, '"updatedAt":"2030-01-01T00:00:00.000Z"'),
  );
}
const again = timed("again, ten runs changed", () => writeReport([runs], { out: site }));
add("files written then", String(again.written));
for (const name of ["index.html", "report.js", "data/table.js", "data/more.js"]) {
  const bytes = readFileSync(join(site, name));
  add(
    name,
    `${(bytes.length / 1000).toFixed(0)} kB, ${(gzipSync(bytes).length / 1000).toFixed(0)} kB by gzip`,
  );
}
const pages = readdirSync(join(site, "runs")).map((name) => statSync(join(site, "runs", name)).size);
add("a run's page", `${(pages.reduce((a, b) => a + b, 0) / pages.length / 1000).toFixed(1)} kB on average`);
const chromium = findChromium();
if (chromium) await inPage(chromium);
for (const [what, value] of rows) console.log(`${what.padEnd(34)}${value}`);
if (values.keep === undefined) rmSync(folder, { recursive: true });

function makeRuns(count) {
  const from = (place, test) =>
    readdirSync(join(root, "data/records", place))
      .filter((name) => test.test(name))
      .map((name) => JSON.parse(readFileSync(join(root, "data/records", place, name), "utf8")));
  const trainings = [...from("frontier", /\.json$/), ...from("train", /\.json$/)];
  const searches = from(".", /^search-/);
  for (let i = 0; i < count; i++) {
    // Four trainings to a search.
    const source = i % 5 === 0 ? searches[(i / 5) % searches.length] : trainings[i % trainings.length];
    const config = { ...source.config, seed: 1000 + i };
    const record = { ...source, config, status: "finished" };
    if (record.kind === "bars.train-record") {
      // Models of a hundred names, so that groups have seeds; accuracies that are not all the same.
      record.model = { ...record.model, name: `${record.model.name}-${Math.floor(i / 800)}` };
      record.tests = record.tests.map((test) => ({ ...test, ...moved(test, i) }));
    }
    record.configHash = hashJson(
      record.kind === "bars.train-record" ? { config, model: record.model } : config,
    );
    const path = join(runs, `run-${String(i).padStart(5, "0")}`);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "record.json"), JSON.stringify(record));
  }
}

function moved({ correct, images }, i) {
  const other = Math.max(0, Math.min(images, correct + Math.round(300 * Math.sin(i * 12.9898))));
  return { correct: other, accuracy: other / images };
}

async function inPage(path) {
  const browser = await openBrowser(path);
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const middle = (times) =>
    `${times.sort((a, b) => a - b)[times.length >> 1].toFixed(0)} ms, slowest ${times.at(-1).toFixed(0)} ms`;
  const address = `file://${site}/index.html`;
  const shown =
    "document.querySelector('#bars-report')?.shadowRoot?.querySelectorAll('.list tbody tr').length > 20";
  const opened = [];
  for (let i = 0; i < 3; i++) {
    const started = performance.now();
    await page.goto(address);
    await page.waitForFunction(shown);
    opened.push(performance.now() - started);
  }
  add("first page shown", middle(opened));
  // From the event to the frame after the change, as a reader sees it.
  const seen = (change) =>
    page.evaluate(`new Promise((done) => {
      const inside = document.querySelector('#bars-report').shadowRoot;
      const started = performance.now();
      (${change})(inside);
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - started)));
    })`);
  const type = (text) =>
    `(inside) => { const field = inside.querySelector('#filter'); field.value = ${JSON.stringify(text)}; field.dispatchEvent(new Event('input', { bubbles: true })); }`;
  const filters = [];
  for (const text of ["b", "ba", "bars", "bars test>50%", "bars test>50% ops<1M", "-search seed>3000", ""])
    filters.push(await seen(type(text)));
  add("to filter", middle(filters));
  const sorts = [];
  for (const at of [2, 8, 9, 10, 11, 12])
    sorts.push(await seen(`(inside) => inside.querySelectorAll('.list thead button')[${at}].click()`));
  add("to sort", middle(sorts));
  const started = performance.now();
  await page.evaluate("location.hash = '#/frontier'");
  await page.waitForFunction(
    "document.querySelector('#bars-report').shadowRoot.querySelectorAll('.paths path').length > 100",
  );
  add("frontier and paths shown", `${(performance.now() - started).toFixed(0)} ms`);
  add(
    "lines, marks",
    await page.evaluate(
      "['.paths path', '.mark'].map((one) => document.querySelector('#bars-report').shadowRoot.querySelectorAll(one).length).join(', ')",
    ),
  );
  const hovers = [];
  for (const at of [5, 25, 45, 65])
    hovers.push(
      await seen(
        `(inside) => { const marks = inside.querySelectorAll('.mark'); marks[${at} % marks.length].dispatchEvent(new PointerEvent('pointerenter')); }`,
      ),
    );
  add("to point at a model", middle(hovers));
  await browser.close();
}
