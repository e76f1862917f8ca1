// A headless Chromium, the pages in it, and what they asked other hosts for.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "../ensure-installed.mjs";

const require = createRequire(join(root, "lib/package.json"));

/** Where Chromium or Chrome is, as the compiled library finds it; null where there is none. */
export function findChromium() {
  return require(join(root, "lib/dist/figures/export/chromium.js")).findChromium();
}

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

/** Starts a browser with a profile of its own, which goes with it. */
export async function openBrowser(executablePath) {
  const { chromium } = require("playwright-core");
  return chromium.launch({ executablePath, args: flags, timeout: 120_000 });
}

/**
 * A page that reaches this machine only. `strangers` collects the addresses of other hosts it asked for.
 * @param {{ scripts?: boolean }} options `scripts: false` shows pages as viewers without scripts do
 */
export async function openPage(browser, { scripts = true } = {}) {
  const context = await browser.newContext({
    javaScriptEnabled: scripts,
    viewport: { width: 1280, height: 1000 },
  });
  const page = await context.newPage();
  const strangers = [];
  await page.route(/^https?:/, (route) => {
    const { hostname } = new URL(route.request().url());
    if (hostname === "127.0.0.1" || hostname === "localhost") return route.continue();
    strangers.push(route.request().url());
    return route.abort();
  });
  page.setDefaultTimeout(60_000);
  return { page, strangers };
}

/** Takes a picture into a folder that is made if it is missing. */
export async function picture(page, folder, name, options = {}) {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), ...options });
}

/**
 * What a page shows of the figures in it, in numbers.
 * `live`: drawn by plotly; `stills`: images that are seen; `unnamed`: live figures without words for those who cannot see.
 */
export function countFigures(page) {
  return page.evaluate(() => {
    const live = [...document.querySelectorAll("[id^=bars-figure-].js-plotly-plot")];
    const seen = (image) => image.naturalWidth > 100 && image.getClientRects().length > 0;
    return {
      live: live.length,
      drawn: live.filter((figure) => figure.querySelector(".main-svg .plot, .main-svg .cartesianlayer"))
        .length,
      stills: [...document.images].filter(seen).length,
      unnamed: live.filter((figure) => (figure.getAttribute("aria-label") ?? "").length < 20).length,
    };
  });
}

/** Moves the pointer over a live figure until plotly shows the value below it; true if it did. */
export async function hoverShowsValue(page) {
  const figure = page.locator("[id^=bars-figure-].js-plotly-plot").first();
  await figure.scrollIntoViewIfNeeded();
  const box = await figure.locator(".nsewdrag").first().boundingBox();
  if (!box) return false;
  for (let i = 1; i < 20; i++) {
    await page.mouse.move(box.x + (box.width * i) / 20, box.y + (box.height * ((i % 5) + 1)) / 6);
    await page.waitForTimeout(120);
    if ((await figure.locator(".hoverlayer .hovertext").count()) > 0) return true;
  }
  return false;
}
