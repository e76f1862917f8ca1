import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { afterAll, describe, expect, it } from "vitest";
import { closeChromium, findChromium } from "../../lib/figures/export/chromium";
import { figureSvg, pagePdf } from "../../lib/figures/export/drawFigure";
import { fitFigure } from "../../lib/figures/export/fitFigure";
import type { Figure, Trace } from "../../lib/figures/frame/figure";
import { alphaHeatmap } from "../../lib/figures/plots/alphaHeatmap";
import { lossFigure } from "../../lib/figures/plots/lossFigure";
import { fontFiles } from "../../lib/text/fonts";
import { madeUpRecord } from "./madeUpRecord";

const browser = findChromium();
const hasPoppler = spawnSync("pdftoppm", ["-v"]).status === 0;
if (browser === null)
  console.warn("No Chromium found: what it draws is not tested. Set BARS_CHROMIUM to its path.");
if (!hasPoppler) console.warn("No pdftoppm found: what PDFs look like is not tested. Install poppler-utils.");
const folder = mkdtempSync(join(tmpdir(), "bars-engines-"));
afterAll(async () => {
  await closeChromium();
  rmSync(folder, { recursive: true });
});

interface Raster {
  readonly width: number;
  readonly height: number;
  /** Grey of each pixel, 0 to 255. */
  readonly grey: Uint8Array;
}

function ofSvg(svg: string): Raster {
  const readable = svg.replaceAll(/url\((?:'|"|&quot;)(#[^'"&)]+)(?:'|"|&quot;)\)/g, "url($1)");
  const font = { fontFiles: fontFiles(), loadSystemFonts: false, defaultFontFamily: "DejaVu Sans" };
  const { width, height, pixels } = new Resvg(readable, { background: "white", font }).render();
  return { width, height, grey: greyOf(pixels, 4) };
}

function ofPdf(pdf: Buffer, name: string): Raster {
  const path = join(folder, name);
  writeFileSync(`${path}.pdf`, pdf);
  expect(spawnSync("pdftoppm", ["-r", "96", "-singlefile", `${path}.pdf`, path]).status).toBe(0);
  const ppm = readFileSync(`${path}.ppm`);
  const [head = "", width, height] = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(ppm.toString("latin1", 0, 40)) ?? [];
  return { width: Number(width), height: Number(height), grey: greyOf(ppm.subarray(head.length), 3) };
}

function greyOf(pixels: Uint8Array, channels: number): Uint8Array {
  return Uint8Array.from({ length: pixels.length / channels }, (_, i) => {
    const at = channels * i;
    const [r, g, b] = [pixels[at] as number, pixels[at + 1] as number, pixels[at + 2] as number];
    return 0.299 * r + 0.587 * g + 0.114 * b;
  });
}

/** Side of the squares that are compared, in pixels: about the height of a line of text. */
const side = 16;

/**
 * Largest difference of two pictures over any square of 16 pixels: mean of the least difference of each grey to those
 * around it in the other picture (edges may lie a pixel apart), both blurred by 3 × 3 pixels; a share of black to white.
 * A thing that one of them lacks shows where it would stand, however large the picture is.
 */
function difference(a: Raster, b: Raster): number {
  expect(Math.abs(a.width - b.width) + Math.abs(a.height - b.height)).toBeLessThanOrEqual(2);
  const [width, height] = [Math.min(a.width, b.width), Math.min(a.height, b.height)];
  const [one, other] = [blurred(a), blurred(b)];
  const across = Math.ceil(width / side);
  const sums = new Float64Array(across * Math.ceil(height / side));
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const own = one[y * a.width + x] as number;
      let least = 255;
      for (let dy = -1; dy <= 1; dy++) {
        const row = (y + dy) * b.width + x;
        for (let at = row - 1; at <= row + 1; at++)
          least = Math.min(least, Math.abs(own - (other[at] as number)));
      }
      const square = Math.floor(y / side) * across + Math.floor(x / side);
      sums[square] = (sums[square] as number) + least;
    }
  }
  return Math.max(...sums) / 255 / side ** 2;
}

function blurred({ grey, width, height }: Raster): Float32Array {
  const found = Float32Array.from(grey);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      let sum = 0;
      for (let row = (y - 1) * width + x; row <= (y + 1) * width + x; row += width)
        sum += (grey[row - 1] as number) + (grey[row] as number) + (grey[row + 1] as number);
      found[y * width + x] = sum / 9;
    }
  }
  return found;
}

/** The same picture of two engines differs by up to 0.013; one that lacks a label or a line by 0.07 and more. */
const tolerance = 0.02;
const record = madeUpRecord("usual");
const [loss, heat] = [lossFigure(record), alphaHeatmap(record)].map((figure) =>
  fitFigure(figure, "one-column"),
) as [Figure, Figure];

describe.skipIf(browser === null)("Chromium", () => {
  it("draws the loss figure as it is drawn without", async () => {
    const [own, other] = [ofSvg(await figureSvg(loss, null)), ofSvg(await figureSvg(loss, browser))];
    expect(difference(own, other)).toBeLessThan(tolerance);
  }, 60_000);

  it.skipIf(!hasPoppler)(
    "prints the heat map as it is printed without, at the same size",
    async () => {
      const svg = await figureSvg(heat, null);
      const [own, other] = [await pagePdf(svg, heat.layout, null), await pagePdf(svg, heat.layout, browser)];
      expect(difference(ofPdf(own, "own"), ofPdf(other, "chromium"))).toBeLessThan(tolerance);
      const text = other.toString("latin1");
      expect(Number(/\/MediaBox \[\S+ \S+ (\S+)/.exec(text)?.[1])).toBeCloseTo(heat.layout.width * 0.75, 1);
      expect(text).toContain("+DejaVuSans");
    },
    60_000,
  );
});

it.skipIf(browser === null)(
  "draws WebGL traces in Chromium",
  async () => {
    const layout = { width: 300, height: 200, title: { text: "deep" }, showlegend: false };
    const marker = { size: 30, color: "#000000" };
    const trace = { type: "scatter3d", mode: "markers", x: [0, 1], y: [0, 1], z: [0, 1], marker };
    const dark = async (data: readonly Trace[]) =>
      ofSvg(await figureSvg({ data, layout }, browser)).grey.filter((grey) => grey < 40).length;
    expect(await dark([trace])).toBeGreaterThan(
      (await dark([{ ...trace, marker: { ...marker, size: 1 } }])) + 300,
    );
  },
  60_000,
);

describe("a picture that lacks something differs by more than engines do", () => {
  const drawn = (figure: Figure) => figureSvg(figure, null).then(ofSvg);
  const { layout, data } = loss;
  const axis = (name: string, changes: object) => ({ [name]: { ...(layout[name] as object), ...changes } });
  const notes = layout["annotations"] as readonly { name?: string }[];
  const whole = drawn(loss);
  const lacking: Record<string, Partial<Figure["layout"]> | readonly Trace[]> = {
    legend: { showlegend: false },
    "axis title": axis("xaxis2", { title: { text: "" } }),
    "tick labels": axis("yaxis", { showticklabels: false }),
    "title of a panel": { annotations: notes.filter((_, i) => i !== 1) },
    "small print": { annotations: notes.filter(({ name }) => name !== "bars-caption") },
    line: data.slice(1),
    mark: data.slice(0, -1),
  };

  it.each(Object.entries(lacking))("without its %s", async (_what, changes) => {
    const figure = Array.isArray(changes)
      ? { ...loss, data: changes }
      : { ...loss, layout: { ...layout, ...changes } };
    expect(difference(await whole, await drawn(figure as Figure))).toBeGreaterThan(3 * tolerance);
  });

  it("without the title of its colour bar", async () => {
    const all = heat.layout["annotations"] as readonly { text?: string }[];
    const left = all.filter(({ text }) => text !== "probability");
    expect(left).toHaveLength(all.length - 1);
    const bare = { ...heat, layout: { ...heat.layout, annotations: left } };
    expect(difference(await drawn(heat), await drawn(bare))).toBeGreaterThan(3 * tolerance);
  });
});
