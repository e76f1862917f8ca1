import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { findChromium } from "../../lib/figures/export/chromium";
import { root, scriptModule } from "../scripts/scriptModule";

interface FrontEnds {
  openBrowser(path: string): Promise<Browser>;
}

/** Chromium or Chrome; null where there is none, and these tests are skipped. */
export const chromium = findChromium();
if (!chromium)
  console.warn("test/page: skipped, there is no Chromium or Chrome on PATH (see BARS_CHROMIUM).");

let running: Promise<Browser> | undefined;
let users = 0;
let closing: NodeJS.Timeout | undefined;
/** How long a browser that nobody uses waits for the next file of its process, in milliseconds. */
const idle = 3000;

async function start(): Promise<Browser> {
  const { openBrowser } = await scriptModule<FrontEnds>("front-ends/browser.mjs");
  return openBrowser(chromium as string);
}

/**
 * The browser of this process, from before the tests around the call until after them. Files that share a process share it
 * too: a start takes about as long as ten pages.
 */
export function sharedBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    clearTimeout(closing);
    users += 1;
    running ??= start();
    browser = await running;
  });
  afterAll(() => {
    users -= 1;
    if (users > 0) return;
    closing = setTimeout(() => {
      const unused = running;
      running = undefined;
      void unused?.then((own) => own.close());
    }, idle).unref();
  });
  return () => browser as Browser;
}

export interface Look {
  /** Pixels. */
  readonly width?: number;
  readonly dark?: boolean;
  readonly scripts?: boolean;
}

export interface OpenedPage {
  readonly page: Page;
  /** Errors and warnings of the page, in the order they came. */
  readonly problems: string[];
  /** Addresses of other hosts that the page asked for. */
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

function newContext(browser: Browser, { width = 1000, dark = false, scripts = true }: Look) {
  return browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: scripts,
    acceptDownloads: true,
  });
}

async function newPage(context: BrowserContext): Promise<OpenedPage> {
  const page = await context.newPage();
  const problems = problemsOf(page);
  const asked: string[] = [];
  await page.route(/^https?:/, (route) => {
    asked.push(route.request().url());
    return route.abort();
  });
  return { page, problems, asked };
}

/** A page of that HTML, of a size and colour scheme. */
export async function openHtml(browser: Browser, html: string, look: Look = {}): Promise<OpenedPage> {
  const opened = await newPage(await newContext(browser, look));
  await opened.page.setContent(html);
  if (look.scripts !== false)
    await opened.page.waitForFunction(
      "document.querySelector('.bars-page')?.shadowRoot?.querySelector('.app')",
    );
  return opened;
}

/** Rules of axe-core that depend on colours: what is left to look at when the scheme alone has changed. */
export const colourRules = ["color-contrast", "link-in-text-block"];
let axe: string | undefined;

/**
 * What axe-core finds wrong with a page (WCAG 2.2 A and AA, and its best practices): one line each.
 * @param rules those alone; left out: all of them.
 */
export async function axeViolations(page: Page, rules?: readonly string[]): Promise<string[]> {
  const require = createRequire(join(root, "package.json"));
  axe ??= readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe);
  const options = {
    resultTypes: ["violations"],
    ...(rules ? { runOnly: { type: "rule", values: rules } } : {}),
  };
  return page.evaluate(
    `axe.run(${JSON.stringify(options)}).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target, failureSummary }) => target.join(' ') + ' ' + failureSummary).slice(0, 3).join(' | ')))`,
  );
}
