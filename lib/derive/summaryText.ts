import { counted } from "../util/counted";
import { heldText } from "./heldText";
import type { SearchSummary } from "./summary";

/** A summary as it may be stored: earlier versions wrote neither what was held nor warnings. */
export type StoredSummary = Omit<SearchSummary, "held" | "warnings"> &
  Partial<Pick<SearchSummary, "held" | "warnings">>;

/**
 * The summary as a short table for a terminal. The note on the data is left out: it can be long, and is said where the
 * data are loaded.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const text = bars.derivation.summaryText(bars.derivation.searchSummary(record, genotype));
 * console.log(text.split("\n").length > 3); // true
 * ```
 */
export function summaryText(summary: StoredSummary): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const count = (value: number) => Math.round(value).toLocaleString("en-US");
  const rows: readonly (readonly [string, string])[] = [
    ...summary.cells.map(
      (line) => [line.split(": ")[0] as string, line.split(": ").slice(1).join(": ")] as const,
    ),
    ["depth of stages", summary.depth.join(", ")],
    // More widths than stages: each cell has its own.
    [
      `width of ${summary.width.length > summary.depth.length ? "cells" : "stages"}`,
      summary.width.join(", "),
    ],
    ["FLOPs", `${count(summary.flops)}  (real multiply-accumulates for one image)`],
    ["BOPs", `${count(summary.bops)}  (1-bit multiply-accumulates)`],
    ["OPs", `${count(summary.ops)}  (FLOPs + BOPs / 64)`],
    ...(summary.held ? [["budget", heldText(summary.held)] as const] : []),
    ["parameters", `${count(summary.binaryParams)} binary, ${count(summary.realParams)} real`],
    ["supernet accuracy", `${percent(summary.supernetAccuracy)}  (${summary.accuracyImages}; 1 seed)`],
    ["argmax, shared weights", `${percent(summary.derivedAccuracy)}  (same images; not trained on its own)`],
    [
      "data",
      `${summary.dataset}, seed ${summary.seed}, ${counted(summary.epochs, "epoch")}, ${summary.seconds.toFixed(0)} s of steps, engine ${summary.backend}`,
    ],
    ...(summary.warnings ?? []).map((text) => ["warning", text] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}
