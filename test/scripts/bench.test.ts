import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../helpers/tinySearch";
import { scriptModule } from "./scriptModule";

interface Measured {
  readonly imagesPerSecond: number;
  readonly peakMemoryBytes: number;
}
interface Bench {
  agreement(ours: object, peers: object): string | null;
  better(measured: Record<string, Measured[]>): Measured & { way: string };
}
interface Figure {
  speedFigure(lines: readonly object[]): string;
}

const folder = temporaryFolder();
const run = (imagesPerSecond: number, peakMemoryBytes = 1) => ({ imagesPerSecond, peakMemoryBytes });

describe("npm run bench", () => {
  it("takes the faster way by its median, with the memory of that way", async () => {
    const { better } = await scriptModule<Bench>("speed/bench.mjs");
    expect(
      better({ plain: [run(10), run(90), run(20)], kept: [run(30, 5), run(25, 7), run(40, 6)] }),
    ).toEqual({
      way: "kept",
      imagesPerSecond: 30,
      peakMemoryBytes: 7,
    });
  });

  it("says where a peer computes something else", async () => {
    const { agreement } = await scriptModule<Bench>("speed/bench.mjs");
    expect(agreement({ parameters: 5, losses: [2.3] }, { parameters: 5, losses: [2.30001] })).toBeNull();
    expect(agreement({ losses: [2.3] }, { losses: [2.3001] })).toBe("first loss 2.3 against 2.3001");
    expect(agreement({ parameters: 5, losses: [2.3] }, { parameters: 6, losses: [2.4] })).toBe(
      "5 parameters against 6, first loss 2.3 against 2.4",
    );
    expect(agreement({ losses: [2.3] }, { losses: [Number.NaN] })).toBe("first loss 2.3 against NaN");
  });

  it("the network frozen by hand computes what ours does, from the start that ours writes", async () => {
    const { agreement } = await scriptModule<Bench>("speed/bench.mjs");
    const start = join(folder, "start.safetensors");
    const last = (args: string[]) => {
      const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
      const line = stdout.trim().split("\n").at(-1) ?? "";
      expect(line, stderr).toMatch(/^\{/);
      return JSON.parse(line) as { parameters: number; losses: number[] };
    };
    const evaluation = ["bench", "--json", "--net", "evaluation", "--batch", "4", "--steps", "1"];
    const ours = last(["lib/bin/bars.cjs", ...evaluation, "--start", start]);
    const byHand = last(["scripts/speed/frozen.mjs", "4", "1", "1", start]);
    expect(ours.parameters).toBe(272_474);
    expect(ours.losses).toHaveLength(4);
    expect(agreement(ours, byHand)).toBeNull();
    expect(byHand.losses[0]).toBeGreaterThan(1);
  });

  it("draws a bar for each row that has a peer", async () => {
    const { speedFigure } = await scriptModule<Figure>("speed/speed-figure.mjs");
    const svg = speedFigure([
      { title: "with <peer>", ours: run(20), peer: run(10) },
      { title: "alone", ours: run(7.25), peer: null },
    ]);
    expect(svg).toContain("with &lt;peer>");
    expect(svg).toContain("2.00 (20.0 images/s)");
    expect(svg).toContain("7.3 images/s, no peer");
    expect(svg.match(/<rect x=/g)?.length).toBe(1);
  });
});
