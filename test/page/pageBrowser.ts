import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { findChromium } from "../../lib/figures/export/chromium";
import { root, scriptModule } from "../scripts/scriptModule";

interface FrontEnds {
  openBrowser(path: string): Promise<Browser>;
}

/** Chromium or Chrome; null where there is none, and these tests are skipped. */
export const chromium = findChromium();
if (!chromium)
  console.warn("test/page: skipped, there is no Chromium or Chrome on PATH (see BARS_CHROMIUM).");

export async function openBrowser(): Promise<Browser> {
  const { openBrowser: open } = await scriptModule<FrontEnds>("front-ends/browser.mjs");
  return open(chromium as string);
}

export interface OpenedPage {
  readonly page: Page;
  /** Errors and warnings of the page, in the order they came. */
  readonly problems: string[];
  /** Addresses the page asked for. */
  readonly asked: string[];
}

/** What a page throws, and says as a warning or an error, from now on. */
export function problemsOf(page: Page): string[] {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  return problems;
}

/** A page of that HTML, of a size and colour scheme. */
export async function openHtml(
  browser: Browser,
  html: string,
  { width = 1000, dark = false, scripts = true } = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: scripts,
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const problems = problemsOf(page);
  const asked: string[] = [];
  await page.route(/^https?:/, (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  await page.setContent(html);
  if (scripts)
    await page.waitForFunction("document.querySelector('.bars-page')?.shadowRoot?.querySelector('.app')");
  return { page, problems, asked };
}

/** What axe-core finds wrong with a page (WCAG 2.2 A and AA, and its best practices): one line each. */
export async function axeViolations(page: Page): Promise<string[]> {
  const require = createRequire(join(root, "package.json"));
  await page.addScriptTag({ path: require.resolve("axe-core/axe.min.js") });
  return page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target, failureSummary }) => target.join(' ') + ' ' + failureSummary).slice(0, 3).join(' | ')))",
  );
}
