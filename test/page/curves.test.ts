import { expect, it } from "vitest";
import { loadTrainRecords } from "../../lib/experiments/loadTrainRecords";
import { curvesOf } from "../../lib/page/report/curves";
import { readSearchRecord } from "../../lib/records/searchRecordFile";

it("writes small learning rates in one way", () => {
  const [found] = loadTrainRecords("data/records/frontier");
  const rate = curvesOf(found?.record as Parameters<typeof curvesOf>[0]).find(({ key }) => key === "rate");
  const written = [0.02, 0.001, 0.0005, 1e-5, 1e-6, 1e-7, 3.1713e-8, 0].map((value) => rate?.text(value));
  expect(written).toEqual(["0.02", "0.001", "5e-4", "1e-5", "1e-6", "1e-7", "3.17e-8", "0"]);
});

it("writes losses with four digits, whole ones with all their zeros", () => {
  const [found] = loadTrainRecords("data/records/frontier");
  const loss = curvesOf(found?.record as Parameters<typeof curvesOf>[0]).find(({ key }) => key === "loss");
  const written = [0.123456, 1.5, 10, 1000, 2300, 12_345, 1e-10].map((value) => loss?.text(value));
  expect(written).toEqual(["0.1235", "1.5", "10", "1000", "2300", "12350", "1e-10"]);
});

it("shows the budget of a search that had one, and names what a cost is counted in", () => {
  const record = readSearchRecord("data/records/search-cured-seed0.json");
  const of = (cost: Partial<typeof record.config.cost>) => {
    const config = { ...record.config, cost: { ...record.config.cost, ...cost } };
    return curvesOf({ ...record, config }).find(({ key }) => key === "cost");
  };
  expect(record.config.cost.method).toBe("none");
  expect(of({})?.mark).toBeUndefined();
  expect(of({ method: "log", budget: 1e6 })?.mark).toEqual({ name: "budget", value: 1e6 });
  // What is compared in one plot has one title.
  expect(of({ measure: "bops" })?.title).not.toBe(of({ measure: "ops" })?.title);
});
