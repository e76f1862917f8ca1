import { expect, it } from "vitest";
import { curvesOf } from "../../lib/page/report/curves";
import type { EvolutionRecord } from "../../lib/records/evolutionRecord";
import { runRow } from "../../lib/report/runRow";

/** An evolution of one architecture, by a short training or by its first steps. */
const evolved = (early?: { readonly steps: number; readonly lossSteps: number }) =>
  ({
    kind: "bars.evolution-record",
    config: { seed: 0, evaluations: 4, fitness: { kind: "training", ...(early ? { early } : {}) } },
    configHash: "0123456789abcdef",
    createdAt: "2026-01-01T00:00:00.000Z",
    updatedAt: "2026-01-01T00:00:00.000Z",
    versions: { bars: "0" },
    data: { name: "made up", images: 500 },
    status: "finished",
    statusDetail: null,
    seconds: 1,
    best: 0,
    history: [{ index: 0, parent: null, fitness: 0.1352 }],
  }) as unknown as EvolutionRecord;
const file = { path: "evolution/record.json", place: "evolution/record.json", bytes: 1, changedMs: 0 };

it("shows a fitness by early losses as that, and not as an accuracy", () => {
  expect(runRow(evolved(), file)).toMatchObject({
    method: "evolution, fitness by training",
    choice: 0.1352,
    measured: "choice: fitness of the fittest by training, 500 images",
  });
  const early = evolved({ steps: 200, lossSteps: 100 });
  expect(runRow(early, file)).toMatchObject({
    method: "evolution, fitness by early losses",
    choice: null,
    measured: "fitness of the fittest, exp(−loss) of its first 200 steps: 0.1352",
  });
  const text = (record: EvolutionRecord) => curvesOf(record)[0]?.text(0.1352);
  expect([text(evolved()), text(early)]).toEqual(["13.5 %", "0.1352"]);
});
