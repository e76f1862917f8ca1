import { createReadStream } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findChromium } from "../../lib/figures/export/chromium";
import { show } from "../../lib/figures/notebook/show";
import { alphaHeatmap } from "../../lib/figures/plots/alphaHeatmap";
import { costFigure } from "../../lib/figures/plots/costFigure";
import { root, scriptModule } from "../scripts/scriptModule";
import { madeUpRecord } from "./madeUpRecord";

interface Page {
  goto(url: string): Promise<unknown>;
  evaluate<T>(code: string): Promise<T>;
  waitForFunction(code: string): Promise<unknown>;
  waitForTimeout(ms: number): Promise<void>;
  locator(selector: string): { count(): Promise<number>; first(): { isVisible(): Promise<boolean> } };
}
interface Browser {
  close(): Promise<void>;
}
interface FrontEnds {
  openBrowser(path: string): Promise<Browser>;
  openPage(browser: Browser, options?: object): Promise<{ page: Page; strangers: string[] }>;
  hoverShowsValue(page: Page): Promise<boolean>;
}

const host = globalThis as { __tslab__?: unknown };
const chromium = findChromium();
if (!chromium)
  console.warn("liveFigure: skipped, there is no Chromium or Chrome on PATH (see BARS_CHROMIUM).");

/** The outputs of cells that show figures, as a page; `reversed` puts plotly after the figures that wait for it. */
async function pageOf(plotly: "embed" | "project", reversed = false): Promise<string> {
  const parts: string[] = [];
  const send = ({
    data,
    metadata,
  }: {
    data: Record<string, string>;
    metadata: Record<string, { alt?: string }>;
  }) => {
    const png = data["image/png"];
    const { alt = "" } = metadata["image/png"] ?? {};
    parts.push(png ? `<img alt="${alt}" src="data:image/png;base64,${png}">` : (data["text/html"] ?? ""));
  };
  const display = { raw() {} };
  host.__tslab__ = {
    require: (name: string) =>
      name === "tslab" ? { display, newDisplay: () => display } : { lastWriteDisplayData: send },
  };
  vi.stubEnv("BARS_PLOTLY", plotly);
  // The first figure of all carries plotly, and carries it again when it is shown again.
  await show(costFigure(madeUpRecord("tiny")));
  await show(alphaHeatmap(madeUpRecord("tiny")));
  host.__tslab__ = undefined;
  vi.unstubAllEnvs();
  if (reversed) parts.push(...parts.splice(1, 1));
  return `<!doctype html><meta charset="utf-8"><body>${parts.map((part) => `<div>${part}</div>`).join("\n")}`;
}

describe.skipIf(!chromium)("a live figure in Chromium", () => {
  let frontEnds: FrontEnds;
  let browser: Browser;
  let server: Server;
  let address = "";
  const pages = new Map<string, string>();

  beforeAll(async () => {
    frontEnds = await scriptModule<FrontEnds>("front-ends/browser.mjs");
    browser = await frontEnds.openBrowser(chromium as string);
    // As Jupyter does: pages, and the files below its root.
    server = createServer(({ url = "" }, answer) => {
      const page = pages.get(url);
      if (page !== undefined) return answer.setHeader("content-type", "text/html").end(page);
      if (!url.startsWith("/files/")) return answer.writeHead(404).end();
      return createReadStream(join(root, url.slice("/files/".length))).pipe(answer);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    pages.set("/embed", await pageOf("embed"));
    pages.set("/late", await pageOf("embed", true));
    pages.set("/project", await pageOf("project"));
  }, 120_000);

  afterAll(async () => {
    server?.close();
    await browser?.close();
  });

  it.each(["/embed", "/late", "/project"])(
    "takes the place of the still image, answers the pointer, and asks no other host (%s)",
    async (url) => {
      const { page, strangers } = await frontEnds.openPage(browser);
      await page.goto(address + url);
      await page.waitForFunction("document.querySelectorAll('.js-plotly-plot .main-svg').length >= 4");
      await page.waitForFunction("[...document.images].every((image) => image.style.display === 'none')");
      expect(await frontEnds.hoverShowsValue(page)).toBe(true);
      const words = await page.evaluate<string[]>(
        "[...document.querySelectorAll('[role=figure]')].map((figure) => figure.getAttribute('aria-label'))",
      );
      expect(words).toHaveLength(2);
      for (const text of words) expect(text.length).toBeGreaterThan(40);
      expect(strangers).toEqual([]);
    },
    60_000,
  );

  it("leaves the still images with their words where scripts do not run", async () => {
    const { page } = await frontEnds.openPage(browser, { scripts: false });
    await page.goto(`${address}/embed`);
    expect(await page.locator("img[alt]").count()).toBe(2);
    expect(await page.locator("img").first().isVisible()).toBe(true);
    expect(await page.locator(".js-plotly-plot").count()).toBe(0);
  });
});
