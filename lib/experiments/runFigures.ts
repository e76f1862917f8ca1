import { statSync } from "node:fs";
import { join } from "node:path";
import { deriveInputOf } from "../derive/alphasAt";
import { derive } from "../derive/derive";
import { drawGenotype } from "../figures/drawings/drawGenotype";
import type { Figure } from "../figures/frame/figure";
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
import { trainFigure } from "../figures/plots/trainFigure";
import { kindInJson, readRecordJson } from "../records/readRecord";
import type { SearchRecord } from "../records/searchRecord";
import { checkSearchRecord } from "../records/searchRecordFile";
import type { TrainRecord } from "../records/trainRecord";
import { checkTrainRecord } from "../records/trainRecordFile";
import { RecordError } from "../util/errors";
import { showValue } from "../util/showValue";

/** Figures and drawings (SVG text) by name. */
export type NamedFigures = Readonly<Record<string, Figure | string>>;

/**
 * Every figure of one run: of a search or a training, by the folder it left or by its record.
 *
 * @throws RecordError for a record of another kind, or a search of which no epoch has ended.
 */
export function runFigures(place: string): NamedFigures {
  const path = statSync(place).isDirectory() ? join(place, "record.json") : place;
  const value = readRecordJson(path, "the record of a search or a training");
  const kind = kindInJson(value);
  if (kind === "bars.search-record") return searchFigures(checkSearchRecord(value, path), path);
  if (kind === "bars.train-record") return trainFigures(checkTrainRecord(value, path));
  throw new RecordError(
    `${path}: expected the record of a search or a training, got ${kind === undefined ? "JSON of no kind" : showValue(kind)}.`,
  );
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
