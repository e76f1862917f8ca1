import { checkDefined } from "../config/definitions";
import { activationBinarizers, weightBinarizers } from "../primitives/binarizers";
import { blockOrders, nonlinearities } from "../primitives/blockStyle";
import { checkModelSpec, type ModelSpec, modelShape } from "../records/modelSpec";
import { definedShape } from "../records/recordShapes";
import { RecordError } from "../util/errors";
import {
  acceptedBy,
  count,
  finite,
  listOf,
  nullable,
  numberIn,
  objectOf,
  oneOf,
  optional,
  text,
  truth,
} from "../util/shape";
import type { PackedHeader } from "./packedModel";

const shape = objectOf<PackedHeader>({
  kind: oneOf(["bars.packed-model"]),
  version: oneOf([1]),
  model: acceptedBy<ModelSpec>(checkModelSpec),
  binarization: objectOf<PackedHeader["binarization"]>({
    activation: text,
    weight: text,
    blockOrder: oneOf(blockOrders),
    border: oneOf([0, 1]),
    shortcutFrom: oneOf(["input", "normalized"]),
    nonlinearity: oneOf(nonlinearities),
    rsign: truth,
  }),
  classNames: listOf(text),
  normalization: objectOf<PackedHeader["normalization"]>({
    mean: listOf(finite),
    std: listOf(numberIn(1e-12)),
  }),
  provenance: objectOf<PackedHeader["provenance"]>({
    bars: text,
    configHash: nullable(text),
    data: nullable(text),
    epochs: nullable(count),
    recalibrated: nullable(truth),
    testAccuracy: nullable(numberIn(0, 1)),
  }),
  defined: optional(definedShape),
});

/** @throws RecordError, GenotypeError or ConfigError that names the file and the field. */
export function checkHeader(value: unknown, place: string): PackedHeader {
  // What is not defined here, or in another version, is said before what names it is read as damaged.
  if (typeof value === "object" && value !== null && Object.hasOwn(value, "defined"))
    checkDefined((value as { readonly defined?: unknown }).defined, place);
  shape.check(value, place);
  const given = value as PackedHeader;
  const header = { ...given, model: checkModelSpec(given.model, `${place}.model`) };
  const { classes, imageChannels } = modelShape(header.model);
  activationBinarizers.get(header.binarization.activation);
  weightBinarizers.get(header.binarization.weight);
  for (const [field, got, expected] of [
    ["classNames", header.classNames.length, classes],
    ["normalization.mean", header.normalization.mean.length, imageChannels],
    ["normalization.std", header.normalization.std.length, imageChannels],
  ] as const) {
    if (got !== expected)
      throw new RecordError(
        `${place}.${field} should have ${expected} entries, as the model has, got ${got}.`,
      );
  }
  return header;
}
