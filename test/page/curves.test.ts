import { expect, it } from "vitest";
import { loadTrainRecords } from "../../lib/experiments/loadTrainRecords";
import { curvesOf } from "../../lib/page/report/curves";

it("writes small learning rates in one way", () => {
  const [found] = loadTrainRecords("data/records/frontier");
  const rate = curvesOf(found?.record as Parameters<typeof curvesOf>[0]).find(({ key }) => key === "rate");
  const written = [0.02, 0.001, 0.0005, 1e-5, 1e-6, 1e-7, 3.1713e-8, 0].map((value) => rate?.text(value));
  expect(written).toEqual(["0.02", "0.001", "5e-4", "1e-5", "1e-6", "1e-7", "3.17e-8", "0"]);
});
