import { describe, expect, it } from "vitest";
import { comparableRuns } from "../../../lib/experiments/frontierRuns";
import { loadTrainRecords } from "../../../lib/experiments/loadTrainRecords";
import { longerReading } from "../../../lib/experiments/readings/longerReading";
import { type Frontier, frontier } from "../../../lib/frontier/frontier";

const of = (folder: string) =>
  frontier(comparableRuns(loadTrainRecords(folder), { which: "all", checkpoint: "last" }).runs, {
    measure: "bops",
    draws: 100,
  });

describe("longerReading", () => {
  const [shorter, longer] = [of("data/records/frontier"), of("data/records/frontier-long")];

  it("gives the accuracies of the networks that were trained both ways, and says whether their order stays", () => {
    const text = longerReading(shorter, longer);
    expect(text).toContain("`bars-6M` 60.0 % ± 0.8 (3 runs) → 63.2 % (1 run)");
    expect(text).toContain(
      "from `bars-6M`, `random-3M` and `resnet20-025` to `bars-6M`, `resnet20-025` and `random-3M`.",
    );
    expect(text).toContain("Where a mean is of one run its spread is not known.");
    expect(longerReading(longer, longer)).toContain("The order by accuracy stays: `bars-6M`, ");
  });

  it("names what has no shorter training of its name", () => {
    const some = { ...shorter, rows: shorter.rows.filter(({ name }) => name !== "bars-6M") } as Frontier;
    expect(longerReading(some, longer)).toContain(
      " Left out, since the shorter trainings have none of that name: `bars-6M`.",
    );
    expect(longerReading(shorter, longer)).not.toContain("Left out");
  });

  it("refuses frontiers without a network in common", () => {
    expect(() => longerReading({ ...shorter, rows: [] } as Frontier, longer)).toThrow(
      "longerReading: expected networks that were trained both ways, got none of one name.",
    );
  });
});
