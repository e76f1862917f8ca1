import { type SearchConfig, searchConfig } from "../config/searchConfig";
import {
  acceptedBy,
  amount,
  count,
  type FieldShapes,
  finite,
  listOf,
  nullable,
  numberIn,
  objectOf,
  oneOf,
  optional,
  sha256Text,
  share,
  text,
  timeText,
  truth,
  wholeFrom,
} from "../util/shape";
import {
  alphasShape,
  backendShape,
  checkAlphasOf,
  checkBelow,
  checkFinished,
  checkNumbered,
  countsShape,
  definedShape,
  versionsShape,
} from "./recordShapes";
import type { EpochRecord, SearchRecord } from "./searchRecord";

interface Levels {
  readonly cell: number;
  readonly depth: number | null;
  readonly width: number | null;
}
// Shares that are computed as sums of rounded numbers may pass their bounds by the rounding.
const nearlyShare = numberIn(-1e-6, 1 + 1e-6);
const levelsShape = objectOf<Levels>({
  cell: nearlyShare,
  depth: nullable(nearlyShare),
  width: nullable(nearlyShare),
});

export const epochFields: FieldShapes<EpochRecord> = {
  epoch: count,
  alphas: alphasShape,
  warmup: truth,
  weightLoss: finite,
  weightAccuracy: share,
  alphaLoss: nullable(
    objectOf<NonNullable<EpochRecord["alphaLoss"]>>({
      total: finite,
      crossEntropy: finite,
      costPenalty: finite,
      entropy: finite,
    }),
  ),
  supernetAccuracy: share,
  supernetLoss: finite,
  derivedAccuracy: share,
  expectedCost: countsShape,
  derivedCost: countsShape,
  entropy: levelsShape,
  margin: nullable(levelsShape),
  layout: optional(
    nullable(
      objectOf<NonNullable<EpochRecord["layout"]>>({
        depth: listOf(listOf(nearlyShare)),
        width: listOf(listOf(nearlyShare)),
      }),
    ),
  ),
  discretizationGap: numberIn(-1, 1),
  genotypeChanges: nullable(count),
  eigenvalue: nullable(finite),
  parameterFreeShare: nearlyShare,
  temperature: objectOf<EpochRecord["temperature"]>({ cell: amount, depth: amount, width: amount }),
  learningRate: objectOf<EpochRecord["learningRate"]>({ weights: amount, alphas: amount }),
  imagesPerSecond: amount,
  seconds: amount,
  peakMemoryBytes: amount,
};

export const searchFields: FieldShapes<SearchRecord> = {
  kind: oneOf(["bars.search-record"]),
  schema: oneOf([2, 3, 4]),
  config: acceptedBy<SearchConfig>(searchConfig),
  configHash: sha256Text,
  createdAt: timeText,
  updatedAt: timeText,
  versions: versionsShape,
  defined: optional(definedShape),
  backend: backendShape,
  data: objectOf<SearchRecord["data"]>({
    name: text,
    note: text,
    contentHash: optional(sha256Text),
    weightImages: wholeFrom(1),
    alphaImages: wholeFrom(1),
    mean: listOf(finite),
    std: listOf(amount),
  }),
  status: oneOf(["running", "finished", "interrupted", "diverged"]),
  statusDetail: nullable(text),
  startAlphas: alphasShape,
  epochs: listOf(objectOf<EpochRecord>(epochFields)),
  chosen: nullable(objectOf<NonNullable<SearchRecord["chosen"]>>({ epoch: count, reason: text })),
  rollbacks: listOf(
    objectOf<SearchRecord["rollbacks"][number]>({ from: count, to: count, weightDecay: amount }),
  ),
  test: nullable(
    objectOf<NonNullable<SearchRecord["test"]>>({
      images: wholeFrom(1),
      supernetAccuracy: share,
      derivedAccuracy: share,
    }),
  ),
};

/** Every field of a search record of schema 2 to 4. */
export const searchRecordShape = objectOf<SearchRecord>(searchFields);

/** What fields say of each other. @throws RecordError for the first that do not agree. */
export function checkSearchParts(
  { config, data, startAlphas, status, epochs, chosen, rollbacks }: Omit<SearchRecord, "schema">,
  place: string,
): void {
  const { space } = config;
  listOf(finite, space.imageChannels).check(data.mean, `${place}: data.mean`);
  listOf(finite, space.imageChannels).check(data.std, `${place}: data.std`);
  checkAlphasOf(space, startAlphas, `${place}: startAlphas`);
  checkBelow(
    epochs.length,
    config.epochs + 1,
    "one for each of the config's epochs",
    `${place}: epochs.length`,
  );
  checkNumbered(epochs, "epoch", `${place}: epochs`);
  // A search may choose an epoch before the last one and end there.
  if (chosen === null) checkFinished(status, epochs.length, config.epochs, place);
  for (const { epoch, alphas } of epochs) checkAlphasOf(space, alphas, `${place}: epochs[${epoch}].alphas`);
  checkBelow(chosen?.epoch, epochs.length, "the epochs that are there", `${place}: chosen.epoch`);
  for (const [i, { from, to }] of rollbacks.entries()) {
    checkBelow(from, config.epochs, "the config's epochs", `${place}: rollbacks[${i}].from`);
    checkBelow(to, from, "the epoch it came from", `${place}: rollbacks[${i}].to`);
  }
}
