import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { afterAll, describe, expect, it } from "vitest";
import { alphaHeatmap } from "../../lib/figures/alphaHeatmap";
import { closeChromium, findChromium } from "../../lib/figures/chromium";
import { figureSvg, pagePdf } from "../../lib/figures/drawFigure";
import type { Trace } from "../../lib/figures/figure";
import { fontFiles } from "../../lib/figures/fonts";
import { lossFigure } from "../../lib/figures/lossFigure";
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
    const [r = 0, g = 0, b = 0] = pixels.subarray(channels * i, channels * i + 3);
    return 0.299 * r + 0.587 * g + 0.114 * b;
  });
}

/** Mean difference of the greys of two pictures after a blur of 3 × 3 pixels, as a share of black to white. */
function difference(a: Raster, b: Raster): number {
  expect(Math.abs(a.width - b.width) + Math.abs(a.height - b.height)).toBeLessThanOrEqual(2);
  const [width, height] = [Math.min(a.width, b.width), Math.min(a.height, b.height)];
  const blurred = ({ grey, width: row }: Raster, x: number, y: number) => {
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) sum += grey[(y + dy) * row + x + dx] as number;
    return sum / 9;
  };
  let total = 0;
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) total += Math.abs(blurred(a, x, y) - blurred(b, x, y));
  return total / 255 / (width * height);
}

/** Rasters of edges and of heat map cells differ by up to 0.0035; another figure by five times the tolerance and more. */
const tolerance = 0.005;
const [loss, heat] = [lossFigure(madeUpRecord("usual")), alphaHeatmap(madeUpRecord("usual"))];

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

it("tells figures apart that differ", async () => {
  const [a, b] = await Promise.all([loss, heat].map((figure) => figureSvg(figure, null)));
  const large = ofSvg(a as string);
  const small = ofSvg(b as string);
  const cut = { ...large, height: small.height, width: small.width };
  expect(difference(cut, small)).toBeGreaterThan(5 * tolerance);
});
