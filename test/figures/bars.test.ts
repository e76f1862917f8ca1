import { describe, expect, it } from "vitest";
import { totalCost } from "../../lib/cost/costTable";
import { renderFigure } from "../../lib/figures/export/renderFigure";
import { validateFigure } from "../../lib/figures/export/validateFigure";
import type { Figure } from "../../lib/figures/frame/figure";
import { costBars } from "../../lib/figures/plots/costBars";
import { costParts } from "../../lib/figures/plots/costParts";
import { latencyBars } from "../../lib/figures/plots/latencyBars";
import { randomKey } from "../../lib/random/randomKey";
import { table } from "../../lib/records/table";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { figureText } from "./figureText";
import { madeUpRecord } from "./madeUpRecord";
import { overlap, textBoxes } from "./textBoxes";

const genotype = randomGenotype(madeUpRecord("usual").config.space, randomKey(3));
const column = (name: string) => ({ name, unit: null, description: name });
const provenance = { sources: ["made up"], notes: ["Median of 3 runs, one thread."] };
const latencies = table(
  "Latency",
  ["name", "series", "latencyMs", "lowMs", "highMs"].map(column),
  [
    { name: "ResNet-20", series: "packed", latencyMs: 2, lowMs: 1.5, highMs: 3 },
    { name: "ResNet-20", series: "float", latencyMs: 9, lowMs: 8, highMs: 11 },
    { name: "derived", series: "packed", latencyMs: 1.25, lowMs: 1.25, highMs: 1.5 },
  ],
  provenance,
);
const figures: Readonly<Record<string, Figure>> = {
  costBars: costBars(costParts(genotype)),
  latencyBars: latencyBars(latencies),
};

describe.each(Object.entries(figures))("%s", (name, figure) => {
  it("draws the same data and layout as before", async () => {
    await expect(figureText(figure)).toMatchFileSnapshot(`snapshots/${name}.txt`);
  });

  it("is in order for plotly, clips no text and lets no two overlap", async () => {
    expect(validateFigure(figure)).toEqual([]);
    const { width, height } = figure.layout;
    const texts = textBoxes(await renderFigure(figure, { format: "svg" }));
    const outside = texts.filter(
      ({ box }) => box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height,
    );
    expect(outside.map(({ text }) => text)).toEqual([]);
    const pairs = texts.flatMap((a, i) => texts.slice(i + 1).map((b) => [a, b] as const));
    const meeting = pairs.filter(([a, b]) => overlap(a.box, b.box));
    expect(meeting.map(([a, b]) => `${a.text} / ${b.text}`)).toEqual([]);
  });
});

describe("costBars", () => {
  it.each(["part", "layer"] as const)("adds up to the network's cost by %s", (by) => {
    const [flops, bops] = costBars(costParts(genotype, by)).data.map((trace) =>
      (trace["x"] as number[]).reduce((sum, value) => sum + value, 0),
    );
    const total = totalCost(genotype);
    expect(flops).toBeCloseTo(total.flops, 3);
    expect(bops).toBeCloseTo(total.bops / 64, 3);
  });

  it("names the columns a table lacks, and those it has", () => {
    const short = table("T", [column("name"), column("ops")], [{ name: "a", ops: 1 }], provenance);
    expect(() => costBars(short)).toThrow(
      'costBars: the table "T" must have the columns "flops", "bops"; it has name, ops.',
    );
    const text = table(
      "T",
      ["name", "flops", "bops"].map(column),
      [{ name: "a", flops: "1", bops: 2 }],
      provenance,
    );
    expect(() => costBars(text)).toThrow(
      'costBars: the table "T", row 0: "flops" must be a number, got "1".',
    );
    const empty = table("T", ["name", "flops", "bops"].map(column), [], provenance);
    expect(() => costBars(empty)).toThrow('costBars: the table "T" must have at least one row, got none.');
  });
});

describe("latencyBars", () => {
  it("draws whiskers from low to high", () => {
    const error = latencyBars(latencies).data[0]?.["error_x"] as { array: number[]; arrayminus: number[] };
    expect(error.array).toEqual([1, 0.25]);
    expect(error.arrayminus).toEqual([0.5, 0]);
  });

  it("asks for both ends of the whiskers, and for few series", () => {
    const half = table(
      "T",
      ["name", "latencyMs", "lowMs"].map(column),
      [{ name: "a", latencyMs: 1, lowMs: 1 }],
      provenance,
    );
    expect(() => latencyBars(half)).toThrow(
      'latencyBars: the table "T" must have the column "highMs"; it has name, latencyMs, lowMs.',
    );
    const rows = Array.from({ length: 7 }, (_, i) => ({ name: "a", series: `s${i}`, latencyMs: 1 }));
    const many = table("T", ["name", "series", "latencyMs"].map(column), rows, provenance);
    expect(() => latencyBars(many)).toThrow('latencyBars: the table "T" must have at most 6 series, got 7.');
  });
});

describe("bars of more rows than a page has", () => {
  const many = (count: number) =>
    table(
      "Many",
      ["name", "flops", "bops", "latencyMs"].map(column),
      Array.from({ length: count }, (_, i) => ({
        name: `part ${i}`,
        flops: 100 + ((7 * i) % count),
        bops: 64,
        latencyMs: 1,
      })),
      provenance,
    );

  it("are the 39 dearest parts in their order, and the others as one with their sum", () => {
    const { data } = costBars(many(60));
    const names = data[0]?.["y"] as string[];
    expect(names.length).toBe(40);
    expect(names.at(-1)).toBe("21 smaller parts");
    const kept = names.slice(0, -1).map((name) => Number(name.slice(5)));
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
    expect(Math.min(...kept.map((i) => (7 * i) % 60))).toBe(21);
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
    expect(sum(data[0]?.["x"] as number[])).toBe(100 * 60 + (59 * 60) / 2);
    expect(sum(data[1]?.["x"] as number[])).toBe(60);
    expect(costBars(many(40)).data[0]?.["y"]).toHaveLength(40);
  });

  it("are refused of latencies", () => {
    expect(() => latencyBars(many(41))).toThrow(
      'latencyBars: the table "Many" must have at most 40 names, as many as fit a page, got 41; draw it in parts.',
    );
  });
});
