import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { packageFile } from "../../text/packageFile";
import type { Figure } from "../frame/figure";

/** A build of plotly.js for the page of a notebook. */
export type PlotlyBundle = "cartesian" | "full";

/** Where each build lies in `node_modules`. */
export const bundleFile: Readonly<Record<PlotlyBundle, string>> = Object.freeze({
  cartesian: "plotly.js-cartesian-dist-min/plotly-cartesian.min.js",
  full: "plotly.js-dist-min/plotly.min.js",
});

/** Trace types of the small build. Source: README of plotly.js-cartesian-dist-min. */
export const cartesianTypes: ReadonlySet<string> = new Set([
  "bar",
  "box",
  "contour",
  "heatmap",
  "histogram",
  "histogram2d",
  "histogram2dcontour",
  "image",
  "pie",
  "scatter",
  "scatterternary",
  "violin",
]);

/** The smallest build that draws a figure: a third of the full one for everything in the plane. */
export function bundleOf(figure: Figure): PlotlyBundle {
  return figure.data.every(({ type }) => cartesianTypes.has(type)) ? "cartesian" : "full";
}

const packed = new Map<PlotlyBundle, string>();

/** A build, compressed by gzip, in base64: 0.7 MB (cartesian) or 2 MB (full). */
export function packedBundle(bundle: PlotlyBundle): string {
  const known = packed.get(bundle);
  if (known !== undefined) return known;
  const fresh = gzipSync(readFileSync(packageFile(bundleFile[bundle])), { level: 9 }).toString("base64");
  packed.set(bundle, fresh);
  return fresh;
}
