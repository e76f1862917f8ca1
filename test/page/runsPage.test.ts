import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { loadTrainRecords } from "../../lib/experiments/loadTrainRecords";
import { type ExploreRunsOptions, explorePaths, runsPage } from "../../lib/explore/exploreRuns";
import { publishedPoint } from "../../lib/frontier/publishedPoint";
import type { RunsData } from "../../lib/page/runs/runsData";
import { axeViolations, chromium, colourRules, openHtml, sharedBrowser } from "./pageBrowser";

const found = loadTrainRecords("data/records/frontier");
const textOf = (page: Page) =>
  page.evaluate<string>("document.querySelector('.bars-page').shadowRoot.querySelector('.app').innerText");
const published = [
  publishedPoint({
    name: "Other",
    bops: 4e6,
    accuracy: 0.62,
    source: "a table of theirs",
    convention: "mac",
  }),
];

describe.skipIf(!chromium)("bars.exploreFrontier and bars.explorePaths in a page", () => {
  const browser = sharedBrowser();
  const open = (options: ExploreRunsOptions & { view?: RunsData["view"] } = {}, look = {}) =>
    openHtml(browser(), runsPage(found, options), look);

  it("shows every model, asks no other host, and names the front as the library does", async () => {
    const { page, problems, asked } = await open({ published });
    const text = await textOf(page);
    expect(text).toContain("17 of 17 models, 37 of 37 runs");
    expect(text).toMatch(/resnet20-0125\s+resnet20 bireal\s+3\s+627 k\s+41\.9 % ± 0\.2\s+yes/);
    expect(text).toContain(
      "Other: published, a table of theirs; other recipes, images and seeds, so on no front.",
    );
    expect({ problems, asked }).toEqual({ problems: [], asked: [] });
    await page.context().close();
  });

  it("shows at a point its architecture, its curves and what dominates it, also by the keyboard", async () => {
    const { page } = await open();
    await page.getByRole("button", { name: /^bars-500k-ops, search/ }).focus();
    const text = await textOf(page);
    expect(text).toMatch(/Dominated by \d+:\s+bars-6M: 36 % cheaper, 16\.8 points better/);
    expect(await page.locator("section[aria-label='the point looked at'] .drawing svg").count()).toBe(1);
    expect(await page.locator("svg.curve polyline.dashed").count()).toBeGreaterThan(0);
    await page.context().close();
  });

  it("changes the cost, keeps what is inside a brush, and gives code for what is chosen", async () => {
    const { page } = await open({ latencyMs: { "bars-3M": 1.5, "bars-6M": 3 } });
    await page.getByLabel("cost", { exact: true }).selectOption("latency");
    expect(await textOf(page)).toContain("2 of 2 models");
    await page.getByLabel("cost", { exact: true }).selectOption("ops");
    // The brush is laid anew after the axis has changed.
    const overlay = page.locator(".plot .overlay").first();
    await expect.poll(() => overlay.boundingBox()).not.toBeNull();
    const box = await overlay.boundingBox();
    if (box === null) throw new Error("there is no brush");
    await page.mouse.move(box.x + 5, box.y + 5);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 5, { steps: 5 });
    await page.mouse.up();
    const [, kept] = /(\d+) of 17 models/.exec(await textOf(page)) ?? [];
    expect(Number(kept)).toBeGreaterThan(0);
    expect(Number(kept)).toBeLessThan(17);
    await page.locator("tbody input[type=checkbox]").first().check();
    await page.evaluate(
      "navigator.clipboard && (navigator.clipboard.writeText = async (text) => { window.copied = text; })",
    );
    await page.evaluate(
      "navigator.clipboard || Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.copied = text; } } })",
    );
    await page.getByRole("button", { name: /copy code for the 1/ }).click();
    await page.waitForFunction("window.copied");
    expect(await page.evaluate<string>("window.copied")).toMatch(
      /^const chosen = found\.filter\(\(\{ record \}\) => \["[0-9a-f]{12}"/,
    );
    await page.context().close();
  });

  it("brushes an axis of the parallel coordinates, linked with the frontier", async () => {
    const { page } = await open({ view: "paths" });
    const axis = page.locator(".paths .brush .overlay").last();
    await axis.scrollIntoViewIfNeeded();
    const box = await axis.boundingBox();
    if (box === null) throw new Error("there is no axis");
    await page.mouse.move(box.x + box.width / 2, box.y + 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 4, { steps: 5 });
    await page.mouse.up();
    const text = await textOf(page);
    const [, models, runs] = /(\d+) of 17 models, (\d+) of 37 runs/.exec(text) ?? [];
    expect(Number(models)).toBeLessThan(10);
    expect(Number(runs)).toBeGreaterThan(0);
    expect(text).not.toContain("resnet20-0125");
    await page.context().close();
  });

  it.each(["paths", "frontier"] as const)(
    "fits 400, 1,000 and 1,600 pixels, and axe-core finds nothing, light or dark: %s",
    async (view) => {
      const { page } = await open({ view, published }, { width: 1600 });
      for (const width of [1600, 1000, 400]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      }
      // Of its 640 units, so that letters of 11 are not smaller than 8 pixels: the plot scrolls in its frame.
      const plot = await page.locator("svg.scatter").first().boundingBox();
      expect(plot?.width).toBeGreaterThanOrEqual(460);
      expect(await axeViolations(page)).toEqual([]);
      // What another scheme changes are colours.
      await page.emulateMedia({ colorScheme: "dark" });
      await page.waitForFunction(
        "document.querySelector('.bars-page').shadowRoot.querySelector('.app.dark')",
      );
      expect(await axeViolations(page, colourRules)).toEqual([]);
      await page.context().close();
    },
  );

  it("shows names as text, and says what is left out", async () => {
    const hostile = '<img src=x onerror="window.hacked=1"></script><script>window.hacked=2</script>';
    const [one, two] = found as [(typeof found)[number], (typeof found)[number]];
    const named = { ...one, record: { ...one.record, model: { ...one.record.model, name: hostile } } };
    const open2 = {
      place: hostile,
      record: { ...two.record, status: "diverged" as const, statusDetail: "NaN" },
    };
    const { page, problems } = await openHtml(
      browser(),
      runsPage([named, open2, { ...one, place: "twice" }]),
    );
    const text = await textOf(page);
    expect(text).toContain(`${hostile} is left out: diverged: NaN`);
    expect(text).toContain("twice is left out: the same run is there already");
    expect(await page.evaluate("typeof window.hacked")).toBe("undefined");
    expect(problems).toEqual([]);
    await page.context().close();
  });
});

it("refuses an empty list", async () => {
  await expect(explorePaths([])).rejects.toThrow(
    "explorePaths: expected at least one training record, got none.",
  );
});
