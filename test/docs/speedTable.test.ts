import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

interface Side {
  readonly imagesPerSecond: number;
  readonly peakMemoryBytes: number;
  readonly firstStepSeconds?: number;
}

it("docs/engine.md says of every row of the bench what the history's last line says", () => {
  const last = new Map(
    readFileSync("data/speed/history.jsonl", "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { row: string; title: string; ours: Side; peer: Side })
      .map((line) => [line.row, line]),
  );
  const text = readFileSync("docs/engine.md", "utf8");
  const rows = [...last.values()].map(({ title, ours, peer }) => {
    const sides = [ours, peer];
    const memory = sides.map((side) => (side.peakMemoryBytes / 2 ** 30).toFixed(2)).join(" / ");
    const start =
      ours.firstStepSeconds === undefined
        ? ""
        : sides.map((side) => side.firstStepSeconds?.toFixed(1)).join(" / ");
    const speeds = sides.map((side) => side.imagesPerSecond.toFixed(1)).join(" | ");
    const ratio = (ours.imagesPerSecond / peer.imagesPerSecond).toFixed(2);
    return `| ${title} | ${speeds} | ${ratio} | ${memory} | ${start} |`;
  });
  expect(rows.length).toBeGreaterThan(6);
  for (const row of rows) expect(text).toContain(row);
});
