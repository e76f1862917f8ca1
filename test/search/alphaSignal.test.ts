import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { validateFigure } from "../../lib/figures/export/validateFigure";
import { signalFigure } from "../../lib/figures/plots/signalFigure";
import { table } from "../../lib/records/table";
import { alphaSignal } from "../../lib/search/alphaSignal";
import { search } from "../../lib/search/search";
import { temporaryFolder, tinySearch } from "../helpers/tinySearch";

beforeAll(async () => {
  await startBackend();
});

describe("alphaSignal", () => {
  const root = temporaryFolder();
  const directory = join(root, "signal");

  it("has a row for every choice, gradients that cancel in every row, and leaks nothing", async () => {
    await search(tinySearch({ epochs: 2 }), { directory });
    const before = tf.memory().numTensors;
    const { rows, provenance } = await alphaSignal(directory);
    expect(tf.memory().numTensors).toBe(before);
    // Two groups of one edge and three primitives; depths 0 and 1 of each stage; two widths of each.
    const count = (level: string) => rows.filter((row) => row["level"] === level).length;
    expect([count("cell"), count("depth"), count("width")]).toEqual([6, 4, 4]);
    for (const place of new Set(rows.map((row) => row["place"]))) {
      for (const level of ["cell", "depth", "width"]) {
        const own = rows.filter((row) => row["place"] === place && row["level"] === level);
        const sum = (column: string) => own.reduce((all, row) => all + (row[column] as number), 0);
        if (own.length === 0) continue;
        // Of a softmax only differences matter, so the gradient of a row sums to 0.
        expect(sum("pull")).toBeCloseTo(0, 5);
        expect(sum("probability")).toBeCloseTo(1, 5);
      }
    }
    expect(rows.every((row) => (row["signal"] as number) >= 0)).toBe(true);
    expect(provenance.notes[0]).toMatch(
      /^24 images of the alpha split in 3 batches, weights fixed.*; cross entropy alone\.$/,
    );
  });

  it("takes gradients from whole batches: one of a few images that are left over is not one among others", async () => {
    const before = tf.memory().numTensors;
    // Of 24 images every 24/17th is taken: whole batches hold other images than those of a smaller number.
    const { rows, provenance } = await alphaSignal(directory, { images: 17 });
    expect(tf.memory().numTensors).toBe(before);
    expect(provenance.notes[0]).toMatch(
      /^17 images of the alpha split in 3 batches, .*; cross entropy alone; gradients of the first 2 alone\.$/,
    );
    expect(rows.some((row) => (row["deviation"] as number) > 0)).toBe(true);
    const few = await alphaSignal(directory, { images: 5 });
    expect(few.provenance.notes[0]).toMatch(
      /^5 images of the alpha split in 1 batches, .*; cross entropy alone\.$/,
    );
    expect(few.rows.every((row) => row["signal"] === null)).toBe(true);
  });

  it("names a width per cell by its cell", async () => {
    const folder = join(root, "per-cell");
    const space = { initChannels: 2, cellLayout: [0, 0, 0, 1, 0], steps: 1, widthPer: "cell" } as const;
    await search(tinySearch({ epochs: 1, warmupEpochs: 0, space: { ...space, widthChoices: [0.5, 1] } }), {
      directory: folder,
    });
    const { rows } = await alphaSignal(folder, { images: 8 });
    const places = rows.filter(({ level }) => level === "width").map(({ place }) => place);
    expect([...new Set(places)]).toEqual(["cell 0", "cell 1", "cell 2", "cell 4"]);
    const depths = rows.filter(({ level }) => level === "depth").map(({ place }) => place);
    expect([...new Set(depths)]).toEqual(["stage 0", "stage 1"]);
  });
});

describe("signalFigure", () => {
  const text = (name: string) => ({ name, unit: null, description: name });
  const columns = ["level", "place", "choice", "pull", "signal", "drop", "keep"].map(text);
  const row = (place: string, choice: string, pull: number, keep: number) => ({
    ...{ level: "cell", place, choice, pull, keep },
    ...{ signal: Math.abs(pull), drop: -keep },
  });
  const rows = [
    row("e", "none", -1, -3),
    row("e", "skip", 0, 0),
    row("e", "conv", 1, 3),
    row("f", "none", 0, 0),
  ];
  const made = table("Made up", columns, rows, { sources: [], notes: ["Made up."] });

  it("says how the gradient agrees with what choices count, and is a valid figure", () => {
    const figure = signalFigure(made);
    validateFigure(figure);
    const notes = JSON.stringify(figure.layout);
    // Centred: (-1, -3), (0, 0), (1, 3), (0, 0): in agreement where they differ.
    expect(notes).toContain("cell: τ 1.00, 4 choices");
    expect(notes).toContain("signal/noise, median 0.5");
    expect(JSON.stringify(signalFigure(made, "drop").layout)).toContain("cell: τ -1.00");
  });

  it("names the columns that a table lacks", () => {
    const other = table("Other", [text("level")], [], { sources: [], notes: [] });
    expect(() => signalFigure(other)).toThrow(
      'signalFigure: expected a table with the columns level, place, choice, pull, signal, keep, "Other" lacks place, choice, pull, signal, keep.',
    );
  });
});
