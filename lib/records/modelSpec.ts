import {
  type BaselineConfig,
  baselineConfig,
  baselineSection,
  defaultBaselineConfig,
} from "../config/baselineConfig";
import { check, deepFreeze, type Overrides, rejectUnknownKeys } from "../config/check";
import { type DeclaredSettings, definedField } from "../config/definitions";
import { spaceSection } from "../config/spaceConfig";
import type { Genotype } from "../space/genotype";
import { genotypeHash } from "../space/genotypeJson";
import { validateGenotype } from "../space/validateGenotype";
import { hashJson } from "../util/canonicalJson";
import { RecordError } from "../util/errors";
import { anything, count, nullable, objectOf, oneOf, sha256Text } from "../util/shape";
import { showValue } from "../util/showValue";

/** Where a genotype came from. */
export interface GenotypeOrigin {
  readonly method: "search" | "random" | "evolution" | "race";
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
export interface BaselineModel extends BaselineConfig {
  readonly kind: "baseline";
  readonly name: string;
}

/** What is trained. Plain data; together with the training settings it decides a run. */
export type ModelSpec = GenotypeModel | BaselineModel;

/**
 * The model of a genotype; its name defaults to the first digits of the architecture's hash.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * console.log(bars.records.genotypeModel(genotype, "mine").name); // mine
 * ```
 */
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
  return hashJson(
    built.kind === "genotype"
      ? { ...built, origin: null }
      : { ...built, ...definedField(modelSettings(model)) },
  );
}

/** The settings that decide what a model computes, with the section that declares them: where variants of one's own are named. */
export function modelSettings(model: ModelSpec): DeclaredSettings {
  return model.kind === "genotype" ? [spaceSection, model.genotype.space] : [baselineSection, model];
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

const originShape = nullable(
  objectOf<GenotypeOrigin>({
    method: oneOf(["search", "random", "evolution", "race"]),
    recordHash: nullable(sha256Text),
    rule: anything,
    epoch: nullable(count),
    seed: nullable(count),
  }),
);

const genotypeFields: readonly string[] = ["kind", "name", "genotype", "origin"];

/**
 * Reads a model from a value of unknown origin (parsed JSON). A baseline's fields have defaults, a genotype's have
 * not.
 *
 * @throws GenotypeError, ConfigError or RecordError that names the place and the field.
 *
 * @example
 * ```ts
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(bars.space.spaceConfig({ cellLayout: [0, 1], steps: 1 }), bars.randomKey(0)), "mine");
 * console.log(bars.records.checkModelSpec(model).name); // mine
 * ```
 */
export function checkModelSpec(value: unknown, place = "model"): ModelSpec {
  const given = value as Record<string, unknown> | null;
  const own = typeof given === "object" && given !== null && Object.hasOwn(given, "kind");
  const kind = own ? given["kind"] : undefined;
  if (kind === "genotype") return checkGenotypeModel(given as Record<string, unknown>, place);
  if (kind === "baseline") return checkBaselineModel(given as Record<string, unknown>, place);
  throw new RecordError(
    `${place}: kind must be "genotype" or "baseline", got ${kind === undefined ? "undefined" : showValue(kind)}.`,
  );
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
  const origin = rest["origin"] ?? null;
  originShape.check(origin, `${place}.origin`);
  return genotypeModel(valid, name as string | undefined, origin as GenotypeOrigin | null);
}

function checkBaselineModel(given: Record<string, unknown>, place: string): BaselineModel {
  const { kind: _, ...fields } = given;
  rejectUnknownKeys(place, { name: "", ...defaultBaselineConfig }, fields);
  const { name: own, ...rest } = fields;
  const config = baselineConfig(rest as Overrides<BaselineConfig>, place);
  const name = own || `${config.family}-${config.block}-x${config.width}`;
  checkName(place, name);
  return deepFreeze({ kind: "baseline", name: name as string, ...config });
}

function checkName(place: string, name: unknown): void {
  check(place, "name", typeof name === "string" && name.length > 0, "a text of at least one letter", name);
}
