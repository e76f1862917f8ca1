import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import * as bars from "../../lib";
import { publishedPoint } from "../../lib/frontier/publishedPoint";
import { expandSweep } from "../../lib/sweep/expandSweep";
import { checkSweep, sweepStages } from "../../lib/sweep/sweepFile";

const pageOf = (name: string) => readFileSync(resolve(__dirname, `../../docs/${name}.md`), "utf8");
const blocksOf = (page: string) =>
  [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, block]) => JSON.parse(block as string));
const text = pageOf("sweeps");
const blocks = blocksOf(text);

it("docs/scale.md shows a sweep of as many networks as it says, all of which can be drawn", () => {
  const page = pageOf("scale");
  const [sweep, ...others] = blocksOf(page).filter(({ kind }) => kind === "bars.sweep");
  expect(others).toEqual([]);
  const jobs = expandSweep(checkSweep(sweep, "docs", "/"));
  expect(page).toContain(`${jobs.length} jobs in one sweep file`);
  for (const { steps } of jobs) expect(steps.length).toBeGreaterThan(0);
});

describe("docs/sweeps.md", () => {
  it("shows a sweep file that is accepted, with as many jobs as it says", () => {
    const jobs = expandSweep(checkSweep(blocks[0], "docs", "/"));
    const [, a, b, c] = /is a job: (\d+) \+ (\d+) \+ (\d+) here/.exec(text) as RegExpExecArray;
    const count = (run: string) => jobs.filter((job) => job.run === run).length;
    expect([count("bars"), count("random"), count("resnet20")]).toEqual([Number(a), Number(b), Number(c)]);
  });

  it("shows a published point that is accepted", () => {
    expect(blocks[1].map((point: unknown) => publishedPoint(point))).toHaveLength(1);
  });

  it("names every stage, and only functions the library exports", () => {
    for (const stage of sweepStages) expect(text).toContain(`| \`${stage}\` |`);
    const used = [...text.matchAll(/bars\.([A-Za-z.]+)\(/g)].map(([, name]) => name as string);
    expect(used.length).toBeGreaterThan(3);
    const exported = (name: string) =>
      name.split(".").reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], bars);
    expect(used.filter((name) => typeof exported(name) !== "function")).toEqual([]);
  });
});
