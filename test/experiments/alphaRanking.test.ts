import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { kendall } from "../../lib/analysis/rankCorrelation";
import { alphaRanking } from "../../lib/experiments/alphaRanking";
import { loadTrainRecords } from "../../lib/experiments/loadTrainRecords";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import type { TrainRecord } from "../../lib/records/trainRecord";
import { edgesOf } from "../../lib/space/edges";
import type { Genotype } from "../../lib/space/genotype";
import { RecordError } from "../../lib/util/errors";
import { projectFolder } from "../../lib/util/projectFolder";

const folder = join(projectFolder(), "data", "records", "frontier");
const search = readSearchRecord(join(folder, "searches", "bars-6M-s0.json"));
const records = loadTrainRecords("data/records/frontier").map(({ record }) => record);

/** Alphas that think an architecture the likeliest of all. */
function alphasFor({ space, cells, depth, width }: Genotype) {
  const hot = (length: number, at: number) => Array.from({ length }, (_, i) => (i === at ? 5 : 0));
  return {
    cells: cells.map((edges) =>
      edgesOf(space.steps).map(({ to, from }) => {
        const name = edges.find((edge) => edge.to === to && edge.from === from)?.primitive ?? "none";
        return hot(space.primitives.length, space.primitives.indexOf(name));
      }),
    ),
    depth: search.startAlphas.depth.map((row, i) => hot(row.length, depth[i] as number)),
    width: search.startAlphas.width.map((row, i) =>
      hot(row.length, space.widthChoices.indexOf(width[i] as number)),
    ),
  };
}

const withAlphas = (alphas: ReturnType<typeof alphasFor>): typeof search => ({
  ...search,
  chosen: null,
  epochs: search.epochs.map((epoch) => ({ ...epoch, alphas })),
});

describe("alphaRanking", () => {
  const { architectures, tau, tauOfBops } = alphaRanking(search, records);

  it("takes each trained architecture of the search's space once, the most accurate first", () => {
    const own = records.filter(
      ({ model }) => model.kind === "genotype" && model.genotype.space.initChannels === 16,
    );
    expect(architectures.reduce((sum, { runs }) => sum + runs, 0)).toBe(own.length);
    expect(architectures.length).toBeLessThan(own.length);
    const names = architectures.map(({ network }) => network);
    expect(names.filter((name) => name === "bars-6M")).toHaveLength(1);
    expect(names.some((name) => name.startsWith("resnet"))).toBe(false);
    const accuracies = architectures.map(({ accuracy }) => accuracy);
    expect(accuracies).toEqual([...accuracies].sort((a, b) => b - a));
  });

  it("gives Kendall's correlation of probability and of BOPs with accuracy", () => {
    const accuracies = architectures.map(({ accuracy }) => accuracy);
    expect(tau).toEqual(
      kendall(
        architectures.map(({ logProbability }) => logProbability),
        accuracies,
      ),
    );
    expect(tauOfBops?.value).toBeGreaterThan(0);
    const band = alphaRanking(search, records, { bops: [6e6, 7.5e6] });
    expect(band.architectures.every(({ bops }) => bops >= 6e6 && bops <= 7.5e6)).toBe(true);
    expect(band.tau?.n).toBe(band.architectures.length);
  });

  it("puts the architecture first that the alphas are of", () => {
    const last = architectures.at(-1);
    const of = (record: TrainRecord) =>
      record.model.kind === "genotype" && record.model.name === last?.network;
    const model = records.find(of)?.model;
    if (model?.kind !== "genotype") throw new Error("no genotype");
    const { architectures: asked } = alphaRanking(withAlphas(alphasFor(model.genotype)), records);
    const likeliest = [...asked].sort((a, b) => b.logProbability - a.logProbability)[0];
    expect(likeliest?.genotype).toBe(last?.genotype);
  });

  it("counts a training that is given twice once", () => {
    expect(alphaRanking(search, [...records, ...records])).toEqual(alphaRanking(search, records));
    const averaged = architectures.find(({ runs }) => runs > 1);
    const again = records.find(({ model }) => model.name === averaged?.network) as TrainRecord;
    expect(alphaRanking(search, [...records, again])).toEqual(alphaRanking(search, records));
  });

  it("refuses trainings by several recipes, and by one that was not tested", () => {
    const longer = loadTrainRecords("data/records/frontier-long").map(({ record }) => record);
    expect(() => alphaRanking(search, [...records, ...longer])).toThrow(
      /^alphaRanking: expected trainings by one recipe, got 2: .* Give the records of one\.$/,
    );
    const untested = records.map((record) => ({ ...record, tests: [] }));
    expect(() => alphaRanking(search, untested)).toThrow(RecordError);
  });

  it("leaves out what was not finished, and is undefined without architectures", () => {
    const stopped = records.map((record) => ({ ...record, status: "stopped" }) as unknown as TrainRecord);
    expect(alphaRanking(search, stopped)).toEqual({ architectures: [], tau: null, tauOfBops: null });
  });
});
