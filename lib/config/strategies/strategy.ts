import type { Variant } from "../../util/variantTable";
import type { BinarizationConfig } from "../binarizationConfig";
import type { diagnosticsSection, optimizerSection, samplersSection } from "../searchSections";
import type { Field, Section, SettingsOf } from "../section";
import type { SpaceConfig } from "../spaceConfig";

/** One way of use of a strategy against collapse, told for a reader. */
export interface StrategyEntry {
  readonly name: string;
  /** Settings of the search that turn it on, as `bars search --set` takes them. */
  readonly settings: readonly string[];
  readonly formula: string;
  /** What is on without being asked for, and the values of the source. */
  readonly defaults: string;
  readonly source: string;
  /** When it helps, and what it costs. */
  readonly use: string;
}

/** The settings of a search that a strategy may ask something of. */
export interface AroundStrategy {
  readonly epochs: number;
  readonly order: "first" | "second";
  readonly space: SpaceConfig;
  readonly binarization: BinarizationConfig;
  readonly samplers: SettingsOf<typeof samplersSection.fields>;
  readonly diagnostics: SettingsOf<typeof diagnosticsSection.fields>;
  readonly weightOptimizer: SettingsOf<ReturnType<typeof optimizerSection>["fields"]>;
}

/** What a strategy's setting or section of settings stands for. */
export type OwnSettings<D> =
  D extends Field<infer T> ? T : D extends Section<infer F> ? SettingsOf<F> : never;

/** A search strategy as settings: what can be set, checked and told of it. What it does: `lib/search/strategies`. */
export interface Strategy<D extends Field<unknown> | Section = Field<unknown> | Section> extends Variant {
  /** Its settings, which stand under `strategies.<name>`. At their defaults it is off. */
  readonly setting: D;
  /** Its ways of use, for the guide: one at least. */
  readonly guide: readonly StrategyEntry[];
  /** What its settings ask of each other. @throws ConfigError */
  checkOwn?(place: string, own: OwnSettings<D>): void;
  /** What they ask of the rest of a search. @throws ConfigError */
  checkAround?(place: string, own: OwnSettings<D>, around: AroundStrategy): void;
}

/** Pins down a strategy's settings, so that its checks are typed by them. */
export function strategy<const D extends Field<unknown> | Section>(value: Strategy<D>): Strategy<D> {
  return value;
}
