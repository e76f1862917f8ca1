import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { runId } from "../../lib/report/runRow";
import { type ServedReport, serveReport } from "../../lib/report/serveReport";
import { writeReport } from "../../lib/report/writeReport";
import { temporaryFolder } from "../helpers/tinySearch";
import { axeViolations, chromium, colourRules, problemsOf, sharedBrowser } from "./pageBrowser";

const folder = temporaryFolder();
const runs = join(folder, "runs");
const site = join(folder, "site");
const hostile = '<img src=x onerror="window.hacked=1"></script><script>window.hacked=2</script>';

function put(name: string, from: string, change: object = {}): void {
  const value = { ...JSON.parse(readFileSync(from, "utf8")), ...change };
  mkdirSync(join(runs, name), { recursive: true });
  const path = join(runs, name, "record.json");
  writeFileSync(`${path}.1.partial`, JSON.stringify(value));
  renameSync(`${path}.1.partial`, path);
}
const inside = "document.querySelector('#bars-report').shadowRoot";
const textOf = (page: Page) => page.evaluate<string>(`${inside}.querySelector('.app').innerText`);
const pageOf = (place: string) => `#/run/${runId(place)}`;

/** Goes to another page of an opened report, as its links do, and waits until it is drawn with its data. */
async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await drawn(page);
}
/** Until two frames after nothing is loading. */
const drawn = (page: Page) =>
  page.evaluate(`new Promise((done) => {
    const look = () => requestAnimationFrame(() =>
      ${inside}.querySelector('.app').textContent.includes('Loading…') ? look() : requestAnimationFrame(done));
    requestAnimationFrame(look);
  })`);

describe.skipIf(!chromium)("a report in a page", () => {
  const browser = sharedBrowser();
  beforeAll(() => {
    for (const seed of [0, 1]) put(`cured-${seed}`, `data/records/search-cured-seed${seed}.json`);
    put("diverged", "data/records/search-plain-seed2.json", { status: "diverged", statusDetail: hostile });
    put("race", "data/records/race-small-seed0.json");
    cpSync("data/records/frontier", join(runs, "frontier"), { recursive: true });
    mkdirSync(join(runs, "comparison"));
    const table = JSON.parse(readFileSync("data/records/analysis/layout.json", "utf8"));
    writeFileSync(join(runs, "comparison/table.json"), JSON.stringify({ ...table, title: hostile }));
    mkdirSync(join(runs, hostile.replaceAll("/", "|")));
    writeFileSync(join(runs, hostile.replaceAll("/", "|"), "record.json"), "{");
    writeReport([runs], { out: site, title: hostile });
  });

  const open = async (address: string, hash = "") => {
    const page = await browser().newPage({ viewport: { width: 1200, height: 900 } });
    const problems = problemsOf(page);
    const asked: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(address.replace(/index\.html$/, ""))) asked.push(request.url());
    });
    await page.goto(`${address}${hash}`);
    await page.waitForFunction(`${inside}?.querySelector('.app')`);
    return { page, problems, asked };
  };
  const openSite = (hash = "") => open(pathToFileURL(join(site, "index.html")).href, hash);

  let looked: Promise<Page> | undefined;
  /** One page for all that is only looked at. */
  const lookedAt = () => {
    looked ??= openSite().then(({ page }) => page);
    return looked;
  };

  it("works from a file: filters, sorts, keeps both in the address, and asks no other host", async () => {
    const { page, problems, asked } = await openSite();
    expect(await textOf(page)).toContain("51 of 51 runs");
    await page.getByLabel(/^filter/).fill("kind:training test>60% -c24");
    await expect.poll(() => textOf(page)).toContain("7 of 51 runs");
    await page.getByRole("button", { name: "OPs" }).click();
    const ops = await page.evaluate<string[]>(
      `[...${inside}.querySelectorAll('.list tbody tr')].map((row) => row.querySelectorAll('td')[9].innerText)`,
    );
    const amounts = ops.map((text) => Number.parseFloat(text) * (text.endsWith("M") ? 1e6 : 1e3));
    expect(amounts).toEqual([...amounts].sort((a, b) => b - a));
    const sorted = await page.evaluate<string>(
      `${inside}.querySelector('.list thead th[aria-sort]').innerText + ${inside}.querySelector('.list thead th[aria-sort]').getAttribute('aria-sort')`,
    );
    expect(sorted).toBe("OPs ↓descending");
    const address = page.url();
    await page.reload();
    await expect.poll(() => textOf(page)).toContain("7 of 51 runs");
    expect(page.url()).toBe(address);
    // A shorter list, brought by an address, has fewer pages than the one looked at.
    await page.getByLabel(/^filter/).fill("");
    await page.getByRole("button", { name: "next" }).click();
    await expect.poll(() => textOf(page)).toContain("page 2 of 2");
    await go(page, "#/?filter=cured-");
    await expect.poll(() => page.locator(".list tbody tr").count()).toBe(2);
    // A setting as a condition: the data of all runs come when they are asked for.
    await page.getByLabel(/^filter/).fill("kind=search epochs=5");
    await expect.poll(() => textOf(page)).toContain("3 of 51 runs");
    expect({ problems, asked }).toEqual({ problems: [], asked: [] });
    await page.context().close();
  });

  it("shows of a run its curves, dashboard, cells, cost, settings, provenance and files", async () => {
    const { page, problems } = await openSite(pageOf("runs/cured-0/record.json"));
    await page.getByRole("button", { name: "open the explorer" }).click();
    await page.getByRole("region", { name: "explorer of derivations" }).waitFor();
    const text = await textOf(page);
    for (const part of [
      "Loss",
      "Accuracy",
      "Indecision",
      "Dashboard",
      "Architecture",
      "Settings",
      "Where it comes from",
      "Files",
    ])
      expect(text).toContain(part);
    expect(text).toMatch(/Nearest to preset smoke, of which \d+ settings differ/);
    expect(text).toContain("15def6a821e9");
    expect(await page.locator(".drawing svg").count()).toBe(2);
    expect(await page.locator(".dashboard svg").count()).toBe(1);
    // Narrower than the picture is: it is made smaller, not cut off.
    await page.setViewportSize({ width: 760, height: 900 });
    const outside = await page.evaluate<string[]>(`(() => {
      const svg = ${inside}.querySelector('.dashboard svg'), box = svg.getBoundingClientRect();
      return [...svg.querySelectorAll('text')].filter((text) => {
        const { left, right, bottom } = text.getBoundingClientRect();
        return left < box.left || right > box.right || bottom > box.bottom;
      }).map((text) => text.textContent);
    })()`);
    expect(outside).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it("derives from the fit of a race, and says the call", async () => {
    const { page, problems } = await openSite(pageOf("runs/race/record.json"));
    await page.getByRole("button", { name: "open the explorer" }).click();
    const code = page.getByRole("region", { name: "explorer of derivations" }).locator("pre").first();
    const input = 'bars.deriveInputOf(bars.records.readRaceRecord("runs/race/record.json"))';
    expect(await code.innerText()).toBe(`bars.derive(${input}, "argmax")`);
    await page.getByLabel("rule", { exact: true }).selectOption("top_k");
    expect(await code.innerText()).toBe(`bars.derive(${input}, "top_k")`);
    expect(await textOf(page)).toContain("Alphas fitted to the scores of");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it("compares runs that were chosen in the table", async () => {
    const { page } = await openSite("#/?filter=cured-");
    for (const name of ["cured-0", "cured-1"]) await page.getByLabel(`compare ${name}`).check();
    await page.getByRole("link", { name: "Compare (2)" }).click();
    await page.getByRole("heading", { name: "Architectures" }).waitFor();
    const text = await textOf(page);
    expect(text).toMatch(/seed\s+0\s+1/);
    expect(text).toContain("cell group 0");
    expect(await page.locator("figure.lines").count()).toBeGreaterThan(5);
    await page.context().close();
  });

  it("links the frontier with the pages of its runs, whose architectures come when they are asked for", async () => {
    const { page, problems } = await openSite("#/frontier");
    await page.getByRole("button", { name: /^bars-500k-ops, search/ }).focus();
    await page.locator("section[aria-label='the point looked at'] .drawing svg").waitFor();
    await page.getByRole("link", { name: "seed 0" }).click();
    await page.getByRole("article", { name: "bars-500k-ops" }).waitFor();
    expect(page.url()).toContain(pageOf("runs/frontier/bars-500k-ops-s0.json"));
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it("shows values as text wherever they come from", async () => {
    const { page, problems } = await openSite();
    const places = [
      "#/",
      "#/unreadable",
      pageOf("runs/diverged/record.json"),
      pageOf("runs/comparison/table.json"),
    ];
    for (const hash of places) {
      await go(page, hash);
      expect(await textOf(page), hash).toContain("<img src=x");
      expect(await page.locator("img").count()).toBe(0);
    }
    expect(await page.evaluate("typeof window.hacked")).toBe("undefined");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  const [one, two] = [0, 1].map((seed) => `runs/cured-${seed}/record.json`) as [string, string];
  it.each([
    ["the table", "#/", "51 of 51 runs"],
    ["a search", pageOf(one), "Derive live"],
    ["a race", pageOf("runs/race/record.json"), "Where it comes from"],
    ["a table of results", pageOf("runs/comparison/table.json"), "Where it comes from"],
    ["a comparison", `#/compare/${runId(one)}+${runId(two)}`, "Architectures"],
    ["the frontier", "#/frontier", "17 of 17 models"],
    ["what is left out", "#/unreadable", "What is not in the table"],
  ])(
    "fits 400, 800 and 1,600 pixels, and axe-core finds nothing, light or dark: %s",
    async (_, hash, text) => {
      const page = await lookedAt();
      await page.emulateMedia({ colorScheme: "light" });
      await go(page, hash);
      expect(await textOf(page)).toContain(text);
      for (const width of [1600, 800, 400]) {
        await page.setViewportSize({ width, height: 900 });
        await drawn(page);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      }
      // Of the table some rows of every kind: one more row of trainings has nothing new.
      if (hash === "#/") await go(page, "#/?filter=-bars-");
      expect(await axeViolations(page)).toEqual([]);
      // What another scheme changes are colours.
      await page.emulateMedia({ colorScheme: "dark" });
      await page.waitForFunction(`${inside}.querySelector('.app.dark')`);
      expect(await axeViolations(page, colourRules)).toEqual([]);
    },
  );

  it("is reached by the keyboard alone", async () => {
    const { page } = await openSite("#/?filter=cured-0");
    await page.getByLabel(/^filter/).focus();
    const focused = () =>
      page.evaluate<string>(
        `(${inside}.activeElement?.innerText || ${inside}.activeElement?.getAttribute('aria-label')) ?? ''`,
      );
    for (let i = 0; i < 40 && (await focused()) !== "cured-0"; i++) await page.keyboard.press("Tab");
    expect(await focused()).toBe("cured-0");
    await page.keyboard.press("Enter");
    await page.getByRole("article", { name: "cured-0" }).waitFor();
    // The new page begins at its heading.
    await expect.poll(focused).toBe(hostile);
    await page.context().close();
  });

  it("follows runs in place when it is served, without taking what the reader did", async () => {
    const server: ServedReport = await serveReport([runs], { port: 0 });
    const { page, problems } = await open(server.url, "#/?filter=new");
    await expect.poll(() => textOf(page)).toContain("live");
    await page.evaluate("window.stays = true");
    const { epochs } = JSON.parse(readFileSync("data/records/search-cured-seed1.json", "utf8"));
    put("new", "data/records/search-cured-seed1.json", { epochs: epochs.slice(0, 2), status: "interrupted" });
    await expect.poll(() => textOf(page), { timeout: 10_000 }).toContain("2 of 5 epochs");
    await page.getByRole("link", { name: "new", exact: true }).click();
    await page.getByRole("heading", { name: "Loss" }).waitFor();
    put("new", "data/records/search-cured-seed1.json");
    await expect.poll(() => textOf(page), { timeout: 10_000 }).toContain("5 of 5 epochs");
    expect(await page.evaluate("window.stays")).toBe(true);
    expect(await page.locator(`a[href='files/${runId("runs/new/record.json")}/record.json']`).count()).toBe(
      1,
    );
    expect(problems).toEqual([]);
    await server.close();
    await expect.poll(() => textOf(page), { timeout: 10_000 }).toContain("no connection to the server");
    await page.context().close();
  });
});
