import { expect, it } from "vitest";
import { loadTrainRecords } from "../../lib/experiments/loadTrainRecords";
import { pageRuns } from "../../lib/explore/pageRuns";
import { chosenCode } from "../../lib/page/runs/points";

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

it.each(["found", "plain", "mixed"] as const)(
  "copies code that takes chosen runs out of %s records",
  (given) => {
    const found = loadTrainRecords("data/records/frontier");
    const { runs } = pageRuns(found, { which: "all", checkpoint: "last" }, {});
    const chosen = [runs[3], runs[7]] as typeof runs;
    const records = found.map(({ record }) => record);
    const of = { found, plain: records, mixed: [...found.slice(0, 5), ...records.slice(5)] }[given];
    const code = chosenCode(chosen, { expression: "mine", given });
    const taken = new Function("mine", `${code}\nreturn chosen;`)(of) as object[];
    const hashes = taken.map((one) =>
      "record" in one
        ? (one.record as (typeof records)[0]).configHash
        : (one as (typeof records)[0]).configHash,
    );
    expect([...hashes].sort()).toEqual(chosen.map(({ run }) => run).sort());
  },
);
