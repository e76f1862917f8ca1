import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { costFigure } from "../../lib/figures/costFigure";
import { entropyFigure } from "../../lib/figures/entropyFigure";
import { scriptJson } from "../../lib/figures/notebookOutput";
import { fileName, show } from "../../lib/figures/show";
import { showSvg } from "../../lib/figures/showSvg";
import { madeUpRecord } from "./madeUpRecord";

interface Message {
  readonly data: Record<string, string>;
  readonly metadata: unknown;
}

const host = globalThis as { __tslab__?: unknown };
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

  it("sends a still image of the figure's size, plotly once, and a live figure for each call", async () => {
    const sent = insideNotebook();
    await show(costFigure(record));
    await show(entropyFigure(record));
    const kinds = sent.map(({ data }) => Object.keys(data)[0]);
    expect(kinds).toEqual(["image/png", "text/html", "text/html", "image/png", "text/html"]);
    const { width, height } = costFigure(record).layout;
    expect(sent[0]?.metadata).toEqual({ "image/png": { width, height } });
    const bundle = /atob\("([^"]+)"\)/.exec(sent[1]?.data["text/html"] ?? "")?.[1] ?? "";
    expect(gunzipSync(Buffer.from(bundle, "base64")).toString()).toContain("plotly.js v");
    expect(sent[1]?.data["text/html"]).not.toMatch(/<\/script>.*<\/script>/s);
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
