import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { baselineConfig } from "../../lib/config/baselineConfig";
import { readPackedModel } from "../../lib/deploy/packedModelFile";
import { packDrawn } from "../../lib/packed/packDrawn";
import { programOf } from "../../lib/packed/packedModel";
import { WasmEngine } from "../../lib/packed/wasm/wasmEngine";
import { packedModelBytes } from "../../lib/packed/writeModel";
import { binaryLayers, filterWeights, flipped } from "../../lib/page/demo/flips";
import { softmax } from "../../lib/page/demo/network";
import { answerText, percent } from "../../lib/page/demo/words";
import { integers, randomKey } from "../../lib/random/randomKey";
import { scriptModule } from "../scripts/scriptModule";
import { axeViolations, chromium, colourRules, problemsOf, sharedBrowser } from "./pageBrowser";

interface Site {
  readonly shippedModel: string;
  readonly isolation: Readonly<Record<string, string>>;
  siteConfig(options: { out: string; model?: string }): object;
}

const types: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  png: "image/png",
};
/** A picture of 32 x 32 random colours: nothing is made smaller, so every pixel reaches the network. */
const pixels = Uint8Array.from(integers(randomKey(4), 32 * 32 * 3, 256));

describe.skipIf(!chromium)("the demo page", () => {
  const browser = sharedBrowser();
  let server: Server;
  let address = "";
  let png: Buffer;
  const folder = mkdtempSync(join(tmpdir(), "bars-demo-"));
  const model = readPackedModel("data/models/bars-6M-c24.bars");
  const { classNames, normalization } = model.header;

  beforeAll(async () => {
    const { siteConfig, isolation } = await scriptModule<Site>("demo/site.mjs");
    const { build } = await import("vite");
    await build(siteConfig({ out: folder }));
    png = await sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } })
      .png()
      .toBuffer();
    // Below /plain/ without the headers of isolation.
    server = createServer((request, response) => {
      const [, where = "", path = ""] = /^\/(\w+)\/([^?]*)/.exec(request.url ?? "") ?? [];
      const file = join(folder, path || "index.html");
      if (!existsSync(file)) return response.writeHead(404).end();
      const type = types[file.split(".").pop() ?? ""] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, ...(where === "isolated" ? isolation : {}) });
      response.end(readFileSync(file));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }, 60_000);
  afterAll(() => {
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("shows an example to a network of another image size", async () => {
    const small = join(folder, "small");
    const path = join(folder, "small.bars");
    const drawn = packDrawn(
      { kind: "baseline", name: "small", ...baselineConfig({ width: 0.125, imageSize: 8 }) },
      randomKey(0),
    );
    writeFileSync(path, packedModelBytes(drawn));
    const { siteConfig } = await scriptModule<Site>("demo/site.mjs");
    const { build } = await import("vite");
    await build(siteConfig({ out: small, model: path }));
    const page = await browser().newPage();
    await page.goto(`${address}/isolated/small/index.html`);
    await page.locator("main[data-state=ready]").waitFor();
    expect(await page.locator("[role=alert]").count()).toBe(0);
    await page.context().close();
  }, 60_000);

  async function open(where: "isolated" | "plain", { width = 1200, audited = false } = {}) {
    const context = await browser().newContext({
      viewport: { width, height: 900 },
      // The script of axe-core is not the page's own, which allows no other.
      bypassCSP: audited,
    });
    const page = await context.newPage();
    const problems = problemsOf(page);
    const strangers: string[] = [];
    page.on("request", (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(address))
        strangers.push(request.url());
    });
    await page.goto(`${address}/${where}/`);
    await page.locator("main[data-state=ready]").waitFor();
    return { page, problems, strangers };
  }
  const said = (page: Page) => page.locator("[data-said]").innerText();

  /** Probabilities in Node, of the picture, with some weights flipped. */
  async function inNode(change: Parameters<typeof flipped>[1] = []) {
    const { mean, std } = normalization;
    const image = Float32Array.from(
      pixels,
      (value, i) => (value / 255 - (mean[i % 3] as number)) / (std[i % 3] as number),
    );
    const engine = await WasmEngine.create(flipped(programOf(model), change), { threads: 1 });
    const logits = await engine.run(image, 1);
    engine.dispose();
    return softmax(logits);
  }

  it("answers to an uploaded picture what Node's engine answers, and shows latency, bytes and threads", async () => {
    const { page, problems, strangers } = await open("isolated");
    const bytes = readFileSync("data/models/bars-6M-c24.bars").length;
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "mine.png", mimeType: "image/png", buffer: png });
    const expected = await inNode();
    await expect.poll(() => said(page)).toBe(`mine.png: ${answerText(classNames, expected)}.`);
    const rows = await page.locator("table.answer tbody tr").allInnerTexts();
    const order = expected.map((share, i) => [share, i] as const).sort((a, b) => b[0] - a[0]);
    expect(
      rows.map((row) =>
        row
          .split(/\s*\t\s*/)
          .filter(Boolean)
          .join(" "),
      ),
    ).toEqual(order.slice(0, 5).map(([share, i]) => `${classNames[i]} ${percent(share)}`));
    const facts = await page.locator("section[aria-label='what runs here']").innerText();
    expect(facts).toContain(`(${String(bytes).replace(/(\d)(\d{3})$/, "$1,$2")} bytes)`);
    expect(facts).toMatch(/kernel "(lookup|i64|i8x16)"/);
    expect(await page.locator("select").first().inputValue()).toBe(
      String(Math.min(2, availableParallelism())),
    );
    expect(await page.locator("svg.histogram").getAttribute("aria-label")).toMatch(
      /^histogram of 60 times: median [\d.]+ (ms|µs), shortest/,
    );
    expect({ problems, strangers }).toEqual({ problems: [], strangers: [] });
    await page.context().close();
  });

  it("flips weights and takes them back, with the answers of Node's engine, and steps through the maps", async () => {
    const { page, problems } = await open("plain");
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "mine.png", mimeType: "image/png", buffer: png });
    await expect.poll(() => said(page)).toMatch(/^mine.png: /);
    const trained = await said(page);
    const [layer] = binaryLayers(programOf(model));
    if (!layer) throw new Error("the network has no binary layer");
    // What the first layer gives is read by others.
    await page.getByLabel("layer").selectOption("0");
    await page.getByRole("button", { name: "flip filter 1" }).click();
    const weights = filterWeights(layer, 0);
    const changed = await inNode(weights);
    await expect
      .poll(() => said(page))
      .toBe(`mine.png: ${answerText(classNames, changed)}, with ${weights.length} weights flipped.`);
    expect(await page.locator(".changes").innerText()).toMatch(
      /signs? of [\d,]+ in all maps changed, the first in /,
    );
    // One tap of it as it was, by the keyboard.
    await page.getByRole("button", { name: /^row 1, column 1: .*flipped$/ }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => said(page)).toContain(`with ${weights.length - 1} weights flipped`);
    await page.getByRole("button", { name: "undo" }).click();
    await page.getByRole("button", { name: "undo" }).click();
    await expect.poll(() => said(page)).toBe(trained);
    const maps = programOf(model).slots.filter(({ kind }) => kind === "bits");
    await page.getByRole("button", { name: "next ›" }).click();
    expect(await page.locator("section.maps-card code").innerText()).toBe(maps[1]?.name);
    await page.getByRole("slider").focus();
    await page.keyboard.press("End");
    expect(await page.locator("section.maps-card code").innerText()).toBe(maps.at(-1)?.name);
    // One thread where memory is not shared.
    expect(await page.locator("section[aria-label='what runs here'] option").count()).toBe(1);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it("fits 400 and 1,600 pixels, and axe-core finds nothing, light or dark", async () => {
    const { page, problems } = await open("plain", { width: 1600, audited: true });
    for (const width of [1600, 400]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    }
    expect(await axeViolations(page)).toEqual([]);
    // What another scheme changes are colours.
    await page.emulateMedia({ colorScheme: "dark" });
    await page.locator("main.dark").waitFor();
    expect(await axeViolations(page, colourRules)).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it("takes a pasted picture and another network that is dropped, and says what a file is not", async () => {
    const { page } = await open("plain");
    const give = (event: "paste" | "drop", name: string, type: string, bytes: Uint8Array) =>
      page.evaluate(`{
        const files = new DataTransfer();
        files.items.add(new File([new Uint8Array(${JSON.stringify([...bytes])})], "${name}", { type: "${type}" }));
        document.dispatchEvent(
          "${event}" === "paste"
            ? new ClipboardEvent("paste", { clipboardData: files })
            : new DragEvent("drop", { dataTransfer: files, bubbles: true }),
        );
      }`);
    await give("paste", "pasted.png", "image/png", png);
    await expect.poll(() => said(page)).toBe(`pasted.png: ${answerText(classNames, await inNode())}.`);
    await give("drop", "notes.txt", "text/plain", new Uint8Array(9));
    expect(await page.getByRole("alert").innerText()).toBe(
      "notes.txt: expected a picture that this browser reads (PNG, JPEG, WebP, GIF, …), got text/plain.",
    );
    await give("drop", "cut.bars", "", packedModelBytes(model).slice(0, -9));
    await expect
      .poll(() => page.getByRole("alert").innerText())
      .toMatch(/^cut\.bars: should have \d+ bytes, got \d+; it is cut off/);
    const named = {
      ...model,
      header: { ...model.header, classNames: classNames.map((name) => `my ${name}`) },
    };
    await give("drop", "other.bars", "", packedModelBytes(named));
    await expect.poll(() => said(page)).toMatch(/^pasted\.png: my /);
    expect(await page.getByRole("alert").count()).toBe(0);
    await page.context().close();
  });
});
