// Measures what a change costs in the page of `bars.explore`, control by control:
//   node scripts/speed/explore.mjs [RECORD…] [--changes 20]
// In headless Chromium, 1,200 pixels wide, for each record (default: a small search, one of a larger space, a race): of the page's
// main thread the processor time from the event of a control to the page derived, drawn and laid out anew, median and largest of
// that many changes; painting comes on top. Processor time, so that other programs do not count; on a machine that does
// nothing else it is the time that passes.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openBrowser } from "../front-ends/browser.mjs";
import { root } from "../root.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { changes: { type: "string", default: "20" } },
});
const require = createRequire(join(root, "package.json"));
const { explorePage } = require("./lib/dist/explore/explore.js");
const { findChromium } = require("./lib/dist/figures/export/chromium.js");

const usual = ["search-cured-seed0.json", "frontier/searches/bars-6M-s0.json", "race-small-seed0.json"];
const records = positionals.length > 0 ? positionals : usual.map((name) => join(root, "data/records", name));
const changes = Number(values.changes);
const chromium = findChromium();
if (!chromium) throw new Error("There is no Chromium or Chrome on PATH (see BARS_CHROMIUM).");
const browser = await openBrowser(chromium);
for (const path of records) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  await page.setContent(explorePage(JSON.parse(readFileSync(path, "utf8"))));
  await page.waitForFunction("document.querySelector('.bars-page')?.shadowRoot?.querySelector('.app')");
  const counters = await page.context().newCDPSession(page);
  await counters.send("Performance.enable", { timeDomain: "threadTicks" });
  const spent = async () => {
    const { metrics } = await counters.send("Performance.getMetrics");
    const of = (name) => 1000 * metrics.find((one) => one.name === name).value;
    return { script: of("ScriptDuration"), layout: of("LayoutDuration") + of("RecalcStyleDuration") };
  };
  await page.evaluate(controls);
  console.log(`\n${path}`);
  const names = await page.evaluate(() => Object.keys(window.controlsOf));
  for (const name of names) {
    const all = [];
    const layouts = [];
    const there = await page.evaluate((own) => window.controlsOf[own].ready(), name);
    for (let i = 0; there && i < changes; i++) {
      await page.evaluate((own) => window.controlsOf[own].before?.(), name);
      const before = await spent();
      await page.evaluate(([own, at]) => window.change(own, at), [name, i]);
      const after = await spent();
      layouts.push(after.layout - before.layout);
      all.push(after.script - before.script + after.layout - before.layout);
    }
    if (!there) continue;
    const sorted = (list) => [...list].sort((a, b) => a - b);
    const number = (value) => value.toFixed(1).padStart(6);
    const middle = changes >> 1;
    console.log(
      `${name.padEnd(28)}${number(sorted(all)[middle])} ms, of it styles and layout ${number(sorted(layouts)[middle])}; largest ${number(Math.max(...all))}`,
    );
  }
  await page.close();
}
await browser.close();

/** Runs in the page: what sets each control to its nth value. */
function controls() {
  const inside = document.querySelector(".bars-page").shadowRoot;
  const labels = () => [...inside.querySelectorAll("label")];
  const texted = (text) => labels().find((one) => one.textContent.trim().startsWith(text));
  const labelled = (text) => {
    const label = texted(text);
    return label?.htmlFor ? inside.getElementById(label.htmlFor) : label?.querySelector("input");
  };
  const put = (element, value) => {
    if (element.type === "checkbox") return element.click();
    element.value = value;
    element.dispatchEvent(new Event(element.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
  };
  const rest = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const rule = async (name) => {
    put(labelled("rule"), name);
    await rest(20);
  };
  const control = (own, text, value) => ({
    ready: async () => {
      await rule(own);
      const until = performance.now() + 20_000;
      while (labelled(text)?.disabled && performance.now() < until) await rest(20);
      return Boolean(labelled(text));
    },
    act: (i) => put(labelled(text), value(i, labelled(text))),
  });
  const rules = [...labelled("rule").options].map(({ value }) => value);
  const epoch = (own) => control(own, "alphas of", (i, { max }) => i % (Number(max) + 1));
  const seed = control("sample", "seed", (i) => i + 1);
  const pin = {
    ready: seed.ready,
    before: async () => {
      put(labelled("seed"), Number(labelled("seed").value) + 100);
      await rest(20);
    },
    act: () => [...inside.querySelectorAll("button")].find((one) => one.textContent.trim() === "pin").click(),
  };
  window.controlsOf = {
    rule: control("argmax", "rule", (i) => rules[(i + 1) % rules.length]),
    ...Object.fromEntries(rules.map((own) => [`epoch, ${own}`, epoch(own)])),
    temperature: control("argmax", "temperature", (i) => 0.5 + i / 10),
    prune: control("argmax", "prune", () => null),
    channels: control("argmax", "init channels", (i) => 8 * (1 + (i % 4))),
    budget: control("budget", "budget", (i, { max }) => 1 + ((i * 7) % Number(max))),
    seed,
    "pin (the nth pins n)": pin,
    "seed, beside those pinned": seed,
  };
  window.change = async (name, i) => {
    window.controlsOf[name].act(i);
    // What follows is drawn in microtasks after the event.
    await rest(0);
    inside.querySelector(".app").getBoundingClientRect();
  };
}
