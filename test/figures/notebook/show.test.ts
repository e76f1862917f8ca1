import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { bundleFile, bundleOf, cartesianTypes, packedBundle } from "../../../lib/figures/export/plotlyBundle";
import { liveFigureHtml, plotlyLoaderHtml } from "../../../lib/figures/notebook/notebookOutput";
import { figureBytes, fileName, show } from "../../../lib/figures/notebook/show";
import { showSvg } from "../../../lib/figures/notebook/showSvg";
import { alphaDistribution } from "../../../lib/figures/plots/alphaDistribution";
import { alphaEvolution } from "../../../lib/figures/plots/alphaEvolution";
import { costFigure } from "../../../lib/figures/plots/costFigure";
import { entropyFigure } from "../../../lib/figures/plots/entropyFigure";
import { lossFigure } from "../../../lib/figures/plots/lossFigure";
import { loadPackage } from "../../../lib/text/packageFile";
import { scriptJson } from "../../../lib/text/scriptJson";
import { everyFigure } from "../everyFigure";
import { madeUpRecord } from "../madeUpRecord";

interface Message {
  readonly data: Record<string, string>;
  readonly metadata: unknown;
}

const host = globalThis as { __tslab__?: unknown };
const { JSDOM } = loadPackage<{ JSDOM: new (html: string, options?: object) => { window: HostWindow } }>(
  "jsdom",
);
interface HostWindow {
  readonly document: {
    readonly body: { readonly textContent: string | null };
    querySelectorAll(selector: string): { readonly length: number };
  };
  readonly URL: object;
  eval(code: string): { PlotSchema: { get(): { traces: object } } };
}
const record = madeUpRecord("tiny");
const square =
  '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="30" height="20"/></svg>';

afterEach(() => {
  host.__tslab__ = undefined;
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function insideNotebook(): Message[] {
  const sent: Message[] = [];
  const display = { raw() {} };
  const jupyter = { lastWriteDisplayData: (message: Message) => sent.push(message) };
  host.__tslab__ = {
    require: (name: string) => (name === "tslab" ? { display, newDisplay: () => display } : jupyter),
  };
  return sent;
}

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bars-show-"));
  vi.stubEnv("BARS_FIGURES_DIR", folder);
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("show", () => {
  it("prints a line outside a notebook instead of failing", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await show(costFigure(record));
    const text =
      '[figure "Cost of the searched network": run this in a notebook to see it, or use saveFigure]';
    expect(log.mock.calls).toEqual([[text]]);
  });

  it("saves the figure where BARS_FIGURES_DIR says, under its name or its title", async () => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    await inFolder(async (folder) => {
      await show(costFigure(record), "Cost (tiny)");
      await show(entropyFigure(record));
      const stems = [...new Set(readdirSync(folder).map((name) => name.replace(/\.(svg|png|json)$/, "")))];
      expect(stems.sort()).toEqual(["cost-tiny", "how-decided-the-search-is"]);
    });
  });

  it("sends a still image of the figure's size with words for it, plotly once, and a live figure for each call", async () => {
    const sent = insideNotebook();
    await show(costFigure(record));
    await show(entropyFigure(record));
    const kinds = sent.map(({ data }) => Object.keys(data)[0]);
    expect(kinds).toEqual(["image/png", "text/html", "text/html", "image/png", "text/html"]);
    const figure = costFigure(record);
    const { width, height } = figure.layout;
    const alt = figure.layout.meta?.bars?.alt;
    expect(alt).toMatch(/\w+ \w+ \w+/);
    expect(sent[0]?.metadata).toEqual({ "image/png": { width, height, alt } });
    expect(sent[0]?.data["text/plain"]).toBe(`[figure "Cost of the searched network"] ${alt}`);
    expect(sent[2]?.data["text/html"]).toMatch(
      /role="figure" aria-label="Cost of the searched network\. \w+/,
    );
    const bundle = /atob\("([^"]+)"\)/.exec(sent[1]?.data["text/html"] ?? "")?.[1] ?? "";
    expect(gunzipSync(Buffer.from(bundle, "base64")).toString()).toContain("plotly.js (cartesian");
    expect(sent[1]?.data["text/html"]).not.toMatch(/<\/script>.*<\/script>/s);
  });

  it("adds less than 1 MB to the notebook for every figure, and with plotly itself once", async () => {
    const long = madeUpRecord("wide");
    for (const figure of [
      alphaEvolution(long, 0),
      alphaDistribution(long),
      lossFigure(long),
      costFigure(long),
    ]) {
      const sent = insideNotebook();
      await show(figure);
      const bytes = sent.map(({ data }) => Buffer.byteLength(JSON.stringify(data)));
      const carriers = sent.flatMap(({ data }, i) =>
        data["text/html"]?.includes("DecompressionStream") ? [bytes[i] ?? 0] : [],
      );
      const sum = bytes.reduce((a, b) => a + b, 0);
      expect(sum).toBeLessThan(1e6 + carriers.reduce((a, b) => a + b, 0));
      for (const carrier of carriers) expect(carrier).toBeLessThan(0.75e6);
    }
  });

  it.each(Object.entries(everyFigure))("leaves room for the picture of %s", (_name, build) => {
    const html = liveFigureHtml(build("usual"), "bars-figure-0", "");
    expect(Buffer.byteLength(html)).toBeLessThan(figureBytes / 2);
  });

  it("leaves the picture and its words alone where a viewer takes scripts out", async () => {
    const sent = insideNotebook();
    await show(costFigure(record));
    const kinds = sent.map(({ data }) => Object.keys(data));
    // A viewer shows the richest kind of a message that it knows: the picture stands in one of its own.
    expect(kinds[0]).toEqual(["image/png", "text/plain"]);
    for (const { data } of sent.slice(1)) {
      expect(Object.keys(data)).toEqual(["text/html"]);
      const { document } = new JSDOM(data["text/html"]?.replaceAll(/<script[\s\S]*?<\/script>/g, "") ?? "")
        .window;
      expect(document.body.textContent?.trim()).toBe("");
      expect(document.querySelectorAll("img, iframe, object, link, style").length).toBe(0);
    }
  });

  it("keeps a figure of too many numbers a still image, and says so", async () => {
    const sent = insideNotebook();
    const { layout } = costFigure(record);
    const y = Array.from({ length: 60_000 }, (_, i) => Math.sin(i) + i / 7);
    await show({ data: [{ type: "scatter", y }], layout: { width: 400, height: 300, title: layout.title } });
    expect(sent.map(({ data }) => Object.keys(data))).toEqual([["image/png", "text/plain"], ["text/plain"]]);
    expect(sent[1]?.data["text/plain"]).toMatch(
      /^The figure stays a still image: live it would be 1\.\d+ MB, and a notebook takes 1 MB a figure\. See saveFigure\.$/,
    );
  });

  it("sends the full plotly only for figures outside the plane", () => {
    const { layout } = costFigure(record);
    expect(bundleOf({ data: [{ type: "scatter" }, { type: "heatmap" }], layout })).toBe("cartesian");
    expect(bundleOf({ data: [{ type: "bar" }, { type: "surface" }], layout })).toBe("full");
    expect(packedBundle("full").length).toBeLessThan(2.1e6);
  });

  it("every trace type said to be in the small build is in it", () => {
    const code = gunzipSync(Buffer.from(packedBundle("cartesian"), "base64")).toString();
    const dom = new JSDOM("<!doctype html><body></body>", { runScripts: "outside-only" });
    Object.assign(dom.window, { TextDecoder, TextEncoder });
    Object.assign(dom.window.URL, { createObjectURL: () => "" });
    const plotly = dom.window.eval(
      `(() => { const module = { exports: {} }; const exports = module.exports; ${code}\n; return module.exports; })()`,
    );
    const found = Object.keys(plotly.PlotSchema.get().traces);
    expect(found).toEqual(expect.arrayContaining([...cartesianTypes]));
  });

  it("sends the address of plotly in the project instead of plotly where BARS_PLOTLY says so", async () => {
    vi.stubEnv("BARS_PLOTLY", "project");
    const sent = insideNotebook();
    await show(costFigure(record));
    const loaders = sent.filter(({ data }) => data["text/html"]?.includes("fetch(base + "));
    expect(loaders).toHaveLength(1);
    expect(loaders[0]?.data["text/html"]?.length).toBeLessThan(2000);
    expect(existsSync(join("node_modules", bundleFile.cartesian))).toBe(true);
  });

  it("never names another host", async () => {
    const sent = insideNotebook();
    await show(costFigure(record));
    const script = (sent.at(-1)?.data["text/html"] ?? "") + plotlyLoaderHtml().replace(/atob\("[^"]+"\)/, "");
    expect(script).not.toMatch(/https?:\/\/|src=|cdn/i);
  });

  it("refuses another place for plotly than it knows", async () => {
    insideNotebook();
    vi.stubEnv("BARS_PLOTLY", "cdn");
    await expect(show(costFigure(record))).rejects.toThrow(
      'show: BARS_PLOTLY must be "embed" or "project", got "cdn".',
    );
  });

  it("names the still image in the live output, so that only it is hidden", async () => {
    const sent = insideNotebook();
    await show(entropyFigure(record));
    const tail = sent[0]?.data["image/png"]?.slice(-48);
    expect(sent.at(-1)?.data["text/html"]).toContain(`endsWith("${tail}")`);
  });

  it("sends plotly again with the figure that carried it, whose output is gone when its cell runs anew", async () => {
    const sent = insideNotebook();
    await show(costFigure(record));
    expect(sent.filter(({ data }) => data["text/html"]?.includes("DecompressionStream"))).toHaveLength(1);
  });
});

describe("showSvg", () => {
  it("sends an image of the drawing's size, twice as fine", () => {
    const sent = insideNotebook();
    showSvg(square, "square");
    expect(sent[0]?.metadata).toEqual({ "image/png": { width: 30, height: 20 } });
    const png = Buffer.from(sent[0]?.data["image/png"] ?? "", "base64");
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([60, 40]);
  });

  it("prints a line outside a notebook, and saves where BARS_FIGURES_DIR says", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    showSvg(square, "square");
    expect(log).toHaveBeenLastCalledWith('[drawing "square": run this in a notebook to see it]');
    await inFolder(async (folder) => {
      showSvg(square, "square");
      expect(readdirSync(folder).sort()).toEqual(["square.png", "square.svg"]);
      expect(log).toHaveBeenLastCalledWith(`[drawing "square": saved as ${join(folder, "square")}.svg]`);
    });
  });
});

describe("fileName", () => {
  it.each([
    ["Loss & accuracy (αβ)", "loss-accuracy"],
    ["../../etc/passwd", "etc-passwd"],
    ["αβ", "figure"],
    ["edge2-0_v1.5", "edge2-0_v1.5"],
  ])("makes of %s the file %s", (text, name) => {
    expect(fileName(text)).toBe(name);
  });
});

describe("scriptJson", () => {
  it("cannot end the script element it stands in", () => {
    const value = { text: "</script><!-- \u2028" };
    expect(scriptJson(value)).not.toMatch(/<|\u2028/);
    expect(JSON.parse(scriptJson(value))).toEqual(value);
  });
});
