import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

interface Side {
  readonly imagesPerSecond: number;
  readonly peakMemoryBytes: number;
  readonly firstStepSeconds?: number;
}

/** A line of the history as a row of the table. */
function rowOf({ title, ours, peer }: { title: string; ours: Side; peer: Side | null }): string {
  if (!peer) return "";
  const sides = [ours, peer];
  const memory = sides.map((side) => (side.peakMemoryBytes / 2 ** 30).toFixed(2)).join(" / ");
  const start =
    ours.firstStepSeconds === undefined
      ? ""
      : sides.map((side) => side.firstStepSeconds?.toFixed(1)).join(" / ");
  const speeds = sides.map((side) => side.imagesPerSecond.toFixed(1)).join(" | ");
  const ratio = (ours.imagesPerSecond / peer.imagesPerSecond).toFixed(2);
  return `| ${title} | ${speeds} | ${ratio} | ${memory} | ${start} |`;
}

// Lines may be added to the history: the table need not be of the last ones.
it("every row of the bench's table in docs/engine.md is a line of the history", () => {
  const history = readFileSync("data/speed/history.jsonl", "utf8")
    .trim()
    .split("\n")
    .map((line) => rowOf(JSON.parse(line)));
  const lines = readFileSync("docs/engine.md", "utf8").split("\n");
  const first = lines.findIndex((line) => line.startsWith("| work | ours, images/s |")) + 2;
  const end = lines.findIndex((line, i) => i >= first && !line.startsWith("|"));
  const rows = lines.slice(first, end);
  expect(rows).toHaveLength(7);
  expect(rows.filter((row) => !history.includes(row))).toEqual([]);
});
