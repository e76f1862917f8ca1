import { check, completeConfig, deepFreeze, must, type Overrides } from "../config/check";
import type { Genotype } from "../space/genotype";
import { genotypeHash } from "../space/genotypeJson";
import { validateGenotype } from "../space/validateGenotype";
import { hashJson } from "../util/canonicalJson";
import { RecordError } from "../util/errors";

/** Hand-made networks to compare with, in their CIFAR form. */
export const baselineFamilies = ["resnet20", "resnet18", "vgg_small", "nin"] as const;
export type BaselineFamily = (typeof baselineFamilies)[number];

/** How a baseline's blocks are built and binarized: by the paper of that name; "real" is full precision. */
export const baselineBlocks = ["xnor", "bireal", "irnet", "reactnet", "real"] as const;
export type BaselineBlock = (typeof baselineBlocks)[number];

/** How a baseline's shortcut halves the image: by a real 1x1 convolution, or by average pooling, channels twice. */
export const baselineDownsamples = ["real_conv", "avg_pool"] as const;
export type BaselineDownsample = (typeof baselineDownsamples)[number];

/** Where a genotype came from. */
export interface GenotypeOrigin {
  readonly method: "search" | "random" | "evolution";
  /** Hash of the record it was derived from; null where there is none. */
  readonly recordHash: string | null;
  /** The rule that derived it, as plain data. */
  readonly rule: unknown;
  readonly epoch: number | null;
  readonly seed: number | null;
}

/** A network built from a genotype. */
export interface GenotypeModel {
  readonly kind: "genotype";
  readonly name: string;
  readonly genotype: Genotype;
  /** Null for one written by hand. */
  readonly origin: GenotypeOrigin | null;
}

/** A hand-made network. */
export interface BaselineModel {
  readonly kind: "baseline";
  readonly name: string;
  readonly family: BaselineFamily;
  readonly block: BaselineBlock;
  /** Channel multiplier. */
  readonly width: number;
  readonly downsample: BaselineDownsample;
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly classes: number;
}

/** What is trained. Plain data; together with the training settings it decides a run. */
export type ModelSpec = GenotypeModel | BaselineModel;

/** The model of a genotype; its name defaults to the first digits of the architecture's hash. */
export function genotypeModel(
  genotype: Genotype,
  name?: string,
  origin: GenotypeOrigin | null = null,
): GenotypeModel {
  const own = name ?? `genotype-${genotypeHash(genotype).slice(0, 8)}`;
  return deepFreeze({ kind: "genotype", name: own, genotype, origin });
}

/** Hash of what a model computes: models that differ in name and origin alone share it. */
export function modelHash(model: ModelSpec): string {
  const { name: _, ...built } = model;
  return hashJson(built.kind === "genotype" ? { ...built, origin: null } : built);
}

/** Images and classes a model is built for. */
export function modelShape(model: ModelSpec): {
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly classes: number;
} {
  const { imageSize, imageChannels, classes } = model.kind === "genotype" ? model.genotype.space : model;
  return { imageSize, imageChannels, classes };
}

const genotypeFields: readonly string[] = ["kind", "name", "genotype", "origin"];
const baselineFields: Omit<BaselineModel, "kind"> = {
  name: "",
  family: "resnet20",
  block: "bireal",
  width: 1,
  downsample: "real_conv",
  imageSize: 32,
  imageChannels: 3,
  classes: 10,
};

/**
 * Reads a model from a value of unknown origin (parsed JSON). A baseline's fields have defaults, a genotype's have
 * not.
 *
 * @throws GenotypeError, ConfigError or RecordError that names the place and the field.
 */
export function checkModelSpec(value: unknown, place = "model"): ModelSpec {
  const given = value as Record<string, unknown> | null;
  const kind = typeof given === "object" && given !== null ? given["kind"] : undefined;
  if (kind === "genotype") return checkGenotypeModel(given as Record<string, unknown>, place);
  if (kind === "baseline") return checkBaselineModel(given as Record<string, unknown>, place);
  throw new RecordError(`${place}: kind must be "genotype" or "baseline", got ${JSON.stringify(kind)}.`);
}

function checkGenotypeModel(given: Record<string, unknown>, place: string): GenotypeModel {
  const { genotype, ...rest } = given;
  for (const key of Object.keys(rest)) {
    if (!genotypeFields.includes(key))
      throw new RecordError(`${place}: unknown field "${key}". Known fields: ${genotypeFields.join(", ")}.`);
  }
  const valid = validateGenotype(genotype, `${place}.genotype`);
  const name = rest["name"];
  if (name !== undefined) checkName(place, name);
  return genotypeModel(valid, name as string | undefined, (rest["origin"] ?? null) as GenotypeOrigin | null);
}

function checkBaselineModel(given: Record<string, unknown>, place: string): BaselineModel {
  const { kind: _, ...rest } = given;
  const model = completeConfig(place, baselineFields, rest as Overrides<typeof baselineFields>);
  must.beOneOf(place, "family", model.family, baselineFamilies);
  must.beOneOf(place, "block", model.block, baselineBlocks);
  must.beOneOf(place, "downsample", model.downsample, baselineDownsamples);
  must.beNumber(place, "width", model.width);
  check(place, "width", model.width > 0, "above 0", model.width);
  must.beInteger(place, "imageSize", model.imageSize, 8);
  must.beInteger(place, "imageChannels", model.imageChannels, 1);
  must.beInteger(place, "classes", model.classes, 2);
  const name = model.name || `${model.family}-${model.block}-x${model.width}`;
  checkName(place, name);
  return deepFreeze({ kind: "baseline", ...model, name });
}

function checkName(place: string, name: unknown): void {
  check(place, "name", typeof name === "string" && name.length > 0, "a text of at least one letter", name);
}
