// node scripts/docs/stills.mjs
// Takes the pictures of pages in the README from stored records: docs/public/explore.png and docs/public/explore-frontier.png.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { findChromium, openBrowser } from "../front-ends/browser.mjs";
import { root } from "../root.mjs";

const bars = createRequire(import.meta.url)(join(root, "lib/dist/index.js"));
const size = { width: 1400, height: 860 };

/** Opens a document of its own and takes what its first screen shows, after `act`. */
async function still(browser, folder, name, html, act) {
  const file = join(folder, `${name}.html`);
  writeFileSync(file, html);
  const context = await browser.newContext({ viewport: size, colorScheme: "light", reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href);
  await page.locator(".said").waitFor({ state: "attached" });
  await act(page);
  await page.waitForTimeout(900);
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(root, "docs/public", `${name}.png`) });
  await context.close();
  console.log(`docs/public/${name}.png`);
}

const chromium = findChromium();
if (!chromium) throw new Error("There is no Chromium or Chrome on PATH (see BARS_CHROMIUM).");
process.chdir(root);
const folder = mkdtempSync(join(tmpdir(), "bars-stills-"));
const browser = await openBrowser(chromium);
try {
  const searches = bars.records.storedSearches("bars-6M", "data/records/frontier/searches");
  await still(
    browser,
    folder,
    "explore",
    bars.figures.explorePage(searches, { name: "searches" }),
    async (page) => {
      await page.getByRole("button", { name: "pin", exact: true }).click();
      await page.getByLabel("rule", { exact: true }).selectOption("budget");
      const slider = page.getByLabel(/^budget/);
      await page.waitForFunction(() =>
        /every stop is a budget/.test(
          document.querySelector(".bars-page").shadowRoot.querySelector(".controls").innerText,
        ),
      );
      await slider.focus();
      for (const key of ["Home", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
      await slider.blur();
    },
  );
  const found = bars.records.loadTrainRecords("data/records/frontier");
  await still(browser, folder, "explore-frontier", bars.figures.runsPage(found), (page) =>
    page.getByRole("button", { name: /^bars-6M-c24, search/ }).click(),
  );
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
