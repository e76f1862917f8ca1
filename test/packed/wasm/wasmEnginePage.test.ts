import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "../../../lib/figures/export/chromium";
import { ReferenceEngine } from "../../../lib/packed/referenceEngine";
import { logitsOf } from "./pageEntry";

const executablePath = findChromium();

/** The engine and what the test needs of it as one script, as a page's bundler makes it. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: false,
      lib: { entry: resolve(__dirname, "pageEntry.ts"), formats: ["iife"], name: "packed" },
    },
  });
  const [first] = Array.isArray(built) ? built : [built];
  const [chunk] = (first as unknown as { output: [{ code: string }] }).output;
  return chunk.code;
}

describe.skipIf(!executablePath)("the wasm engine in a page of headless Chromium", () => {
  let server: Server;
  let browser: Browser;
  let address = "";

  beforeAll(async () => {
    const script = await bundle();
    server = createServer((request, response) => {
      const isolated = request.url === "/isolated";
      response.writeHead(200, {
        "content-type": "text/html",
        ...(isolated
          ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
          : {}),
      });
      response.end(
        `<!doctype html><title>engine</title><script>${script.replaceAll("</script", "<\\/script")}</script>`,
      );
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({ executablePath: executablePath as string, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it.each([
    { where: "/isolated", threads: 2 },
    { where: "/plain", threads: 1 },
  ])(
    "gives the reference's logits with $threads threads at $where, alone and in batches",
    async ({ where, threads }) => {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(address + where);
      for (const [label, count] of [
        [1, 1],
        [2, 7],
        [3, 1],
      ] as const) {
        const given = await page.evaluate(
          async ([label, count]) => {
            const { packed } = globalThis as unknown as { packed: { logitsOf: typeof logitsOf } };
            const { logits, threads } = await packed.logitsOf(label, count, 2);
            return { logits: [...logits], threads };
          },
          [label, count] as const,
        );
        const { program, images } = await logitsOf(label, count, 1);
        const expected = await new ReferenceEngine(program).run(images, count);
        expect(given).toEqual({ logits: [...expected], threads });
      }
      expect(complaints).toEqual([]);
      await page.close();
    },
  );
});
