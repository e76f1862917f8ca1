import { describe, expect, it } from "vitest";
import { kendall } from "../../lib/analysis/rankCorrelation";
import { earlyRanking } from "../../lib/experiments/earlyRanking";
import { loadTrainRecords } from "../../lib/experiments/loadTrainRecords";
import type { TrainRecord } from "../../lib/records/trainRecord";

const records = loadTrainRecords("data/records/frontier").map(({ record }) => record);
const single = records.filter(({ model }) => model.name.startsWith("random-"));

describe("earlyRanking", () => {
  it("is Kendall's correlation of each epoch's loss and training accuracy with the final test accuracy", () => {
    const { networks, ranks, bops } = earlyRanking(single);
    expect([networks, ranks.length]).toEqual([single.length, 8]);
    const final = single.map(({ tests }) => tests.find(({ which }) => which === "all")?.accuracy as number);
    const at = (of: (record: TrainRecord) => number) => kendall(single.map(of), final);
    expect(ranks[2]?.loss).toEqual(at(({ epochs }) => -(epochs[2]?.trainLoss as number)));
    expect(ranks[2]?.accuracy).toEqual(at(({ epochs }) => epochs[2]?.trainAccuracy as number));
    expect(ranks.map(({ epochs }) => epochs)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(bops?.n).toBe(single.length);
  });

  it("averages runs of one network, and keeps to a band of costs without what nothing feeds", () => {
    const names = new Set(records.map(({ model }) => model.name));
    expect(earlyRanking(records).networks).toBeGreaterThanOrEqual(names.size);
    expect(earlyRanking(records).networks).toBeLessThan(records.length);
    const band = earlyRanking(single, { bops: [2.3e6, 3e6] });
    // One of the three costs 1.47 M without operations that nothing feeds.
    expect(band.networks).toBe(2);
    expect(earlyRanking(single, { bops: [1, 2] })).toEqual({ networks: 0, ranks: [], bops: null });
  });

  it("counts a training that is given twice once", () => {
    const [first] = records;
    // A network's mean of two runs is moved by the better one, given ten times.
    const two = records.filter(({ model }) => model.name === first?.model.name).slice(0, 2);
    const accuracyOf = ({ tests }: TrainRecord) =>
      tests.find(({ which }) => which === "all")?.accuracy as number;
    const moved = (copies: number) => {
      const [low, high] = [...two].sort((a, b) => accuracyOf(a) - accuracyOf(b)) as [
        TrainRecord,
        TrainRecord,
      ];
      return earlyRanking([low, ...Array.from({ length: copies }, () => high), ...single]);
    };
    expect(two).toHaveLength(2);
    expect(moved(40)).toEqual(moved(1));
    expect(earlyRanking([...records, ...records])).toEqual(earlyRanking(records));
  });

  it("refuses trainings by several recipes", () => {
    const longer = loadTrainRecords("data/records/frontier-long").map(({ record }) => record);
    expect(() => earlyRanking([...single, ...longer])).toThrow(
      "earlyRanking: expected trainings by one recipe, got 2",
    );
  });
});
