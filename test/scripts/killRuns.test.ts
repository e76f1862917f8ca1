import { expect, it } from "vitest";
import { scriptModule } from "./scriptModule";

interface Kill {
  readonly where: string;
  readonly reported: boolean;
  /** Files that differ from those of an undisturbed run. */
  readonly differ: readonly string[];
  readonly compared: number;
}
interface KillRuns {
  killRuns(options: { what: "sweep" | "evolve" | "race"; times: number; key?: number }): Promise<Kill[]>;
}

// `node scripts/kill-runs.mjs --what …` does the same 20 times.
it.each([
  { what: "sweep", times: 2, subject: "job processes of a sweep, which it reports," },
  { what: "evolve", times: 3, subject: "evolutions, by trainings and on a supernet," },
  {
    what: "race",
    times: 2,
    subject: "races and their workers, begun by two workers and gone on with by one,",
  },
] as const)(
  "$subject killed at random instants go on to results that are the same to the last bit",
  async ({ what, times }) => {
    const { killRuns } = await scriptModule<KillRuns>("kill-runs.mjs");
    const before = process.env["BARS_BACKEND"];
    process.env["BARS_BACKEND"] = "wasm";
    try {
      const kills = await killRuns({ what, times, key: 1 });
      expect(kills.map(({ reported, differ }) => ({ reported, differ }))).toEqual(
        Array.from({ length: times }, () => ({ reported: true, differ: [] })),
      );
      expect(kills.every(({ compared }) => compared >= 3)).toBe(true);
    } finally {
      if (before === undefined) delete process.env["BARS_BACKEND"];
      else process.env["BARS_BACKEND"] = before;
    }
  },
  300_000,
);
