import type { RaceRecord } from "../../records/raceRecord";
import type { SearchRecord } from "../../records/searchRecord";
import { counted, countedOf } from "../../util/counted";
import { siAmount } from "../../util/siAmount";
import type { FigureCaption } from "./figureFrame";
import { recordSources } from "./recordSources";

/**
 * What a reader must know of a record to trust a figure of it: which images, how many, how many seeds; and from
 * which config, seed, version and engine it can be made again.
 *
 * @param measured how this figure's numbers came about; the first sentence of the caption.
 */
export function recordCaption(record: SearchRecord, measured: string): FigureCaption {
  const { config, data, epochs, status } = record;
  const plan =
    epochs.length === config.epochs
      ? counted(epochs.length, "epoch")
      : `${countedOf(epochs.length, config.epochs, "epoch")} (${status})`;
  const facts = [
    `${data.name}: ${data.weightImages} weight + ${data.alphaImages} alpha images`,
    plan,
    "1 seed, no spread known",
  ];
  return { measured: `${measured} ${facts.join("; ")}.`, ...originOf(record) };
}

/** The same for a race. */
export function raceCaption(record: RaceRecord, measured: string): FigureCaption {
  const { config, data, status } = record;
  const { band } = config;
  const facts = [
    `${data.name}: ${data.trainImages} images train, ${data.validationImages} are held out`,
    `${siAmount(band.atLeast)} to ${siAmount(band.atMost)} ${bandNames[band.measure] ?? band.measure} an image`,
    ...(status === "finished" ? [] : [status]),
    "1 seed, no spread known",
  ];
  return { measured: `${measured} ${facts.join("; ")}.`, ...originOf(record) };
}

/** Measures that have another name in prose. */
const bandNames: Readonly<Record<string, string>> = { bops: "BOPs", flops: "FLOPs", ops: "OPs" };

function originOf(record: SearchRecord | RaceRecord): Pick<FigureCaption, "origin" | "sources"> {
  const { config, configHash, versions, backend, createdAt } = record;
  const origin = [
    `config ${configHash.slice(0, 8)}`,
    `seed ${config.seed}`,
    `bars ${versions.bars}`,
    `${backend.name} ${backend.version}`,
    createdAt.slice(0, 10),
  ];
  return { origin: origin.join(" · "), sources: recordSources(record) };
}
