import { statSync } from "node:fs";
import { join } from "node:path";
import { deriveInputOf } from "../derive/alphasAt";
import { derive } from "../derive/derive";
import { drawGenotype } from "../figures/drawings/drawGenotype";
import type { Figure } from "../figures/frame/figure";
import type { FigureProvenance } from "../figures/frame/provenance";
import { recordSources } from "../figures/frame/recordSources";
import { alphaDistribution } from "../figures/plots/alphaDistribution";
import { alphaEvolution } from "../figures/plots/alphaEvolution";
import { alphaHeatmap } from "../figures/plots/alphaHeatmap";
import { collapseFigure } from "../figures/plots/collapseFigure";
import { costBars } from "../figures/plots/costBars";
import { costFigure } from "../figures/plots/costFigure";
import { costParts } from "../figures/plots/costParts";
import { entropyFigure } from "../figures/plots/entropyFigure";
import { layoutEvolution } from "../figures/plots/layoutEvolution";
import { lossFigure } from "../figures/plots/lossFigure";
import { raceAgreementFigure } from "../figures/plots/raceAgreementFigure";
import { raceCostFigure } from "../figures/plots/raceCostFigure";
import { raceLadder } from "../figures/plots/raceLadder";
import { trainFigure } from "../figures/plots/trainFigure";
import type { RaceRecord } from "../records/raceRecord";
import { checkRaceRecord } from "../records/raceRecordFile";
import { kindInJson, otherKind, readRecordJson } from "../records/readRecord";
import type { SearchRecord } from "../records/searchRecord";
import { checkSearchRecord } from "../records/searchRecordFile";
import type { TrainRecord } from "../records/trainRecord";
import { checkTrainRecord } from "../records/trainRecordFile";
import { RecordError } from "../util/errors";

/** Figures and drawings (SVG text) by name. */
export type NamedFigures = Readonly<Record<string, Figure | string>>;

/** Figures of a run, and the record behind all of them, which a drawing does not name itself. */
export interface RunFigures {
  readonly figures: NamedFigures;
  readonly sources: FigureProvenance;
}

/**
 * Every figure of one run: of a search, a training or a race, by the folder it left or by its record.
 *
 * @throws RecordError for a record of another kind, a search of which no epoch has ended, or a race without a winner.
 */
export function runFigures(place: string): RunFigures {
  const path = statSync(place).isDirectory() ? join(place, "record.json") : place;
  const what = "the record of a search, a training or a race";
  const value = readRecordJson(path, what);
  const kind = kindInJson(value);
  if (kind === "bars.search-record") {
    const record = checkSearchRecord(value, path);
    return { figures: searchFigures(record, path), sources: recordSources(record) };
  }
  if (kind === "bars.train-record") {
    const record = checkTrainRecord(value, path);
    return { figures: trainFigures(record), sources: recordSources(record) };
  }
  if (kind === "bars.race-record") {
    const record = checkRaceRecord(value, path);
    return { figures: raceFigures(record, path), sources: recordSources(record) };
  }
  throw otherKind(value, what, path);
}

function searchFigures(record: SearchRecord, path: string): NamedFigures {
  if (record.epochs.length === 0)
    throw new RecordError(`${path}: no epoch of this search has ended, so there is nothing to draw.`);
  const { genotype } = derive(deriveInputOf(record));
  const { space, binarization } = record.config;
  const layout = space.searchDepth || space.widthChoices.length > 1;
  const groups = record.startAlphas.cells.map((_, group) => group);
  return {
    losses: lossFigure(record),
    ...Object.fromEntries(groups.map((group) => [`alphas-group${group}`, alphaEvolution(record, group)])),
    "alpha-heatmap": alphaHeatmap(record),
    "alpha-distributions": alphaDistribution(record),
    ...(layout ? { layout: layoutEvolution(record) } : {}),
    entropy: entropyFigure(record),
    collapse: collapseFigure(record),
    cost: costFigure(record),
    "cost-by-part": costBars(costParts(genotype, "part", binarization)),
    architecture: drawGenotype(genotype),
  };
}

function raceFigures(record: RaceRecord, path: string): NamedFigures {
  const winner = record.winner === null ? undefined : record.networks[record.winner];
  if (winner === undefined)
    throw new RecordError(
      `${path}: this race is ${record.status} and has no winner yet; run it to its end, or see "bars race --status".`,
    );
  return {
    ladder: raceLadder(record),
    agreement: raceAgreementFigure(record),
    "cost-against-score": raceCostFigure(record),
    ...(record.fit === null ? {} : { "alpha-heatmap": alphaHeatmap(record) }),
    "cost-by-part": costBars(costParts(winner.genotype, "part", record.config.train.binarization)),
    architecture: drawGenotype(winner.genotype),
  };
}

function trainFigures(record: TrainRecord): NamedFigures {
  const { model, config } = record;
  return {
    training: trainFigure([record]),
    ...(model.kind === "genotype"
      ? {
          "cost-by-part": costBars(costParts(model.genotype, "part", config.binarization)),
          architecture: drawGenotype(model.genotype),
        }
      : {}),
  };
}
