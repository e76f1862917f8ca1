import { expect, it } from "vitest";
import { loadTrainRecords } from "../../lib/experiments/loadTrainRecords";
import { pageRuns } from "../../lib/explore/pageRuns";

it("costs networks without operations that nothing feeds, and says what it left out", () => {
  const found = loadTrainRecords("data/records/frontier");
  const { runs } = pageRuns(found, { which: "all", checkpoint: "last" }, {});
  const of = (name: string, seed: number) => runs.find((run) => run.name === name && run.seed === seed);
  const cut = of("random-3M", 2);
  expect(cut?.costs).toMatchObject({ bops: 1_474_560 });
  expect(cut?.about).toMatch(
    /Trained with 1,179,648 BOPs of operations that nothing feeds, which its costs leave out\.$/,
  );
  const whole = of("random-3M", 0);
  expect(whole?.costs).toMatchObject({ bops: 2_654_208 });
  expect(whole?.about).not.toContain("nothing feeds");
});
