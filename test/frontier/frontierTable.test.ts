import { describe, expect, it } from "vitest";
import { dataFrame } from "../../lib/figures/notebook/dataFrame";
import { frontier } from "../../lib/frontier/frontier";
import { frontierLatexColumns, frontierNotes, frontierTable } from "../../lib/frontier/frontierTable";
import { publishedPoint } from "../../lib/frontier/publishedPoint";
import { tableCsv } from "../../lib/records/tableCsv";
import { tableLatex } from "../../lib/records/tableLatex";
import { runPoint, seedsOf } from "./runPoints";

const published = publishedPoint({
  name: "made_up & Co",
  bops: 2e9,
  accuracy: 0.9,
  source: "Nobody 2000, table 1",
  convention: "awnas",
});
const runs = [
  ...seedsOf([0.6, 0.62, 0.64], { name: "small" }),
  runPoint({ name: "worse", bops: 2e6, ops: 131250, accuracy: 0.4, method: "random", recipe: "ffff" }),
];
const result = frontier(runs, { published: [published] });

describe("frontierTable", () => {
  it("holds a flat row for every row and published point, all with the same columns", () => {
    const { rows, columns } = frontierTable(result);
    expect(rows.map((row) => Object.keys(row).sort())).toEqual(
      rows.map(() => columns.map(({ name }) => name).sort()),
    );
    expect(rows).toMatchObject([
      {
        name: "small",
        seeds: 3,
        bops: 1e6,
        bopsSd: 0,
        accuracy: 0.62,
        onFront: true,
        frontShare: 1,
        published: false,
      },
      { name: "worse", seeds: 1, accuracySd: null, accuracyLow: null, onFront: false, published: false },
      {
        name: "made_up & Co",
        seeds: null,
        bops: 1e9,
        ops: null,
        published: true,
        source: "Nobody 2000, table 1",
        convention: "awnas",
      },
    ]);
    expect(rows[0]?.["accuracySd"]).toBeCloseTo(0.02, 12);
    expect(rows[0]?.["accuracyHigh"]).toBeCloseTo(0.62 + 0.0496828, 6);
  });

  it("says beside the numbers how they were counted, over how many seeds, and what does not compare", () => {
    const notes = frontierTable(result, ["left out: x"]).provenance.notes;
    expect(notes[0]).toBe(
      "costs for one image, one multiply-accumulate = 1 operation; OPs = FLOPs + BOPs / 64; accuracy on made-up images",
    );
    expect(notes[1]).toMatch(
      /^dominated area 0\.3635 accuracy x decades of BOPs, 95 % bootstrap interval over seeds 0\.\d+ to 0\.\d+ \(2000 draws; too narrow, with rows of 3 seeds\); reference point 5000000 BOPs, accuracy 0\.1$/,
    );
    expect(notes.slice(2)).toEqual([
      'dominated area of "random" alone 0.1194; rows: 1, runs: 1',
      expect.stringMatching(/^dominated area of "search" alone 0\.3635 \(.*\); rows: 1, runs: 3$/),
      "1 of 2 rows are single runs: their spread is not known",
      "rows were trained by 2 recipes, so they differ in more than their architecture",
      "left out: x",
    ]);
    const twice = frontier([runPoint({ model: "a" }), runPoint({ model: "b" })]);
    expect(frontierNotes(twice).at(-1)).toBe(
      '"net" holds a seed more than once (0, 0): are all of its runs meant, or are some of an earlier version?',
    );
    expect(frontierNotes(frontier([runPoint()]))[1]).toContain("no interval: every row is a single run");
  });

  it("reads back from CSV with every number whole", () => {
    const [head, first] = tableCsv(frontierTable(result)).split("\n");
    expect(head?.startsWith("name,method,seeds,bops,bopsSd,flops,ops,opsSd,accuracy,accuracySd,")).toBe(true);
    expect(first?.split(",").slice(0, 9)).toEqual([
      "small",
      "search",
      "3",
      "1000000",
      "0",
      "100000",
      "115625",
      "0",
      "0.62",
    ]);
  });

  it("becomes a LaTeX table with escaped names, bold for the front, and its notes as comments", () => {
    const text = tableLatex(frontierTable(result), frontierLatexColumns());
    expect(text).toContain("  Model & Seeds & BOPs [M] & OPs [M] & Accuracy [\\%] & Source \\\\\n");
    expect(text).toContain("  small & 3 & 1 & 0.1156 & \\textbf{\\boldmath$62.00 \\pm 2.00$} & -- \\\\\n");
    expect(text).toContain("  worse & 1 & 2 & 0.1313 & 40.00 & -- \\\\\n");
    expect(text).toContain("  made\\_up \\& Co & -- & 1\\,000 & -- & 90.00 & Nobody 2000, table 1 \\\\\n");
    expect(text.startsWith("% Accuracy against BOPs\n% costs for one image")).toBe(true);
  });

  it("makes a danfojs data frame", () => {
    const frame = dataFrame(frontierTable(result).rows);
    expect(frame.shape).toEqual([3, 18]);
    expect(frame.loc({ columns: ["accuracy"] }).values).toEqual([[0.62], [0.4], [0.9]]);
  });
});
