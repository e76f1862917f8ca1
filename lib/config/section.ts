import { ConfigError } from "../util/errors";
import { type Variant, type VariantTable, withArticle } from "../util/variantTable";
import { deepFreeze, must, ownValue, type Range, rejectUnknownKeys } from "./check";
import { type Kind, kinds } from "./kinds";
import { checkSchedule, type Schedule, schedulesDefined, scheduleText } from "./schedule";

/** What a setting is besides its kind. */
export interface About<T> {
  readonly default: T;
  /** In sentences, for whoever sets it. */
  readonly meaning: string;
  readonly unit?: string;
  /** Paper the setting comes from. */
  readonly source?: string;
}

/** One setting: kind, default and meaning. Defaults, checks, error texts and listings all come from here. */
export interface Field<T> extends Kind<T>, About<T> {
  /** Bounds of the values of a schedule; only schedules have it. */
  readonly levels?: Range;
}

/** Settings that belong together, by name. */
export interface Section<F extends Fields = Fields> {
  readonly meaning: string;
  readonly source?: string;
  /** Variants of the user's own whose settings may stand here too, under their names; left out where not given. */
  readonly own?: OwnSections;
  readonly fields: F;
}
/** A table of variants with settings each. */
export type OwnSections = VariantTable<Variant & { readonly setting: Field<unknown> | Section }>;

export interface Fields {
  readonly [key: string]: Field<unknown> | Section;
}

/** A setting or a section that came after settings were stored: see {@link later}. */
export interface Later {
  readonly later: true;
}

type SettingOf<E> = E extends { readonly fields: infer G }
  ? SettingsOf<G>
  : E extends Field<infer T>
    ? T
    : never;

/** The plain value that a section's settings make. */
export type SettingsOf<F> = {
  readonly [K in keyof F as F[K] extends Later ? never : K]: SettingOf<F[K]>;
} & {
  readonly [K in keyof F as F[K] extends Later ? K : never]?: SettingOf<F[K]>;
};

/**
 * Marks a setting or a section that came after settings were stored: complete settings leave it out where it has its
 * default, so that those of before stay what they were, and so does their hash.
 */
export function later<E extends Field<unknown> | Section>(entry: E): E & Later {
  return Object.freeze(
    Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(entry), ...isLater }),
  ) as E & Later;
}

const isLater = { later: { value: true, enumerable: true } } as const;

/** Declares settings that belong together. */
export function section<const F extends Fields>(
  about: { readonly meaning: string; readonly source?: string; readonly own?: OwnSections },
  fields: F,
): Section<F> {
  const { own, ...rest } = about;
  // A table grows: it stays as it is.
  return Object.freeze({ ...deepFreeze({ ...rest, fields }), ...(own ? { own } : {}) });
}

/** Declares a setting of any kind. */
export function setting<T>(kind: Kind<T>, about: About<T>): Field<T> {
  // What a kind says may change with the names of a table: its words are asked for when they are needed.
  return Object.defineProperties({ ...about }, Object.getOwnPropertyDescriptors(kind)) as Field<T>;
}

/** A whole number of at least `min`. */
export function integer(
  about: About<number> & { readonly min: number; readonly max?: number },
): Field<number> {
  const { min, max, ...rest } = about;
  return setting(kinds.integer(min, max), rest);
}

/** A finite number. */
export function number(about: About<number> & Range): Field<number> {
  const { min, above, max, below, ...rest } = about;
  return setting(kinds.number(bounds({ min, above, max, below })), rest);
}

/** True or false. */
export function flag(about: About<boolean>): Field<boolean> {
  return setting(kinds.flag, about);
}

/** A text that is not empty. */
export function text(about: About<string>): Field<string> {
  return setting(kinds.text, about);
}

/** One of some names, or of some numbers. */
export function oneOf<const N extends string | number>(
  names: readonly N[],
  about: About<NoInfer<N>>,
): Field<N> {
  return setting(kinds.oneOf(names), about);
}

/**
 * A name out of a table that users may add to.
 * @param about `suits`: which of the table's variants may stand here; left out: all.
 */
export function variantOf<V extends Variant>(
  table: VariantTable<V>,
  about: About<string> & { readonly suits?: (variant: V) => boolean },
): Field<string> {
  const { suits, ...rest } = about;
  return setting(kinds.variantOf(table, suits), rest);
}

/** A list of values of one kind. @param about `least`: how many there must be; left out: none. */
export function list<T>(
  of: Kind<T>,
  about: About<readonly NoInfer<T>[]> & { readonly least?: number },
): Field<readonly T[]> {
  const { least = 0, ...rest } = about;
  return setting(kinds.list(of, least), rest);
}

/** A number, or one that changes over the epochs; replaced whole. Bounds hold for every value it takes. */
export function schedule(about: About<Schedule> & Range): Field<Schedule> {
  const { min, above, max, below, ...rest } = about;
  const levels = bounds({ min, above, max, below });
  const { range } = kinds.number(levels);
  return {
    type: "schedule",
    range,
    get expected() {
      return scheduleText();
    },
    plural: "schedules",
    check: (place, key, value) => checkSchedule(place, key, value, levels),
    definitionsIn: schedulesDefined,
    levels,
    ...rest,
  };
}

function bounds(all: { readonly [K in keyof Range]: number | undefined }): Range {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

export function isField(entry: Field<unknown> | Section): entry is Field<unknown> {
  return !("fields" in entry);
}

/** Every setting at its default, frozen. */
export function defaultsOf<F extends Fields>(declared: Section<F>): SettingsOf<F> {
  return complete("defaults", declared, {});
}

/**
 * Lays what is given over the defaults, section by section, checks every value's kind, and freezes a copy. Lists,
 * schedules and single values are replaced whole; a key whose value is undefined counts as left out.
 *
 * @throws ConfigError for an unknown key, naming the known ones; a value of another kind or out of range; a section
 * that is something else than an object.
 */
export function complete<F extends Fields>(
  place: string,
  declared: Section<F>,
  given: unknown,
): SettingsOf<F> {
  const own = must.beSection(place, given);
  const fields = { ...declared.fields, ...ownFields(declared, own) };
  if (declared.own) rejectUndefined(place, fields, own, declared.own);
  rejectUnknownKeys(place, fields, own);
  const result: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries<Field<unknown> | Section>(fields)) {
    const value = ownValue(own, key);
    const leaves = "later" in entry;
    if (leaves && value === undefined) continue;
    if (!isField(entry)) {
      const inner = complete(`${place}.${key}`, entry, value === undefined ? {} : value);
      if (!leaves || !isAlike(inner, complete(place, entry, {}))) result[key] = inner;
    } else if (value === undefined) {
      result[key] = entry.default;
    } else {
      entry.check(place, key, value);
      if (!leaves || !isAlike(value, entry.default)) result[key] = copied(value);
    }
  }
  return deepFreeze(result) as SettingsOf<F>;
}

function isAlike(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Settings of variants of the user's own that are given. */
function ownFields({ own, fields }: Section, given: object): Fields {
  const names = own?.names.filter(
    (name) => !Object.hasOwn(fields, name) && ownValue(given, name) !== undefined,
  );
  return Object.fromEntries((names ?? []).map((name) => [name, (own as OwnSections).get(name).setting]));
}

function rejectUndefined(place: string, fields: Fields, given: object, own: OwnSections): void {
  const lost = Object.keys(given).find((key) => !Object.hasOwn(fields, key));
  if (lost === undefined || ownValue(given, lost) === undefined) return;
  throw new ConfigError(
    `${place}: unknown key "${lost}". Known keys: ${Object.keys(fields).join(", ")}; ${withArticle(own.kind)} of your own must be defined first (${own.defineName}({ name: "${lost}", ... })).`,
  );
}

/** So that freezing leaves what the caller holds alone. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copied(part)]));
}

/**
 * Calls back for every setting of a section, at any depth, with its path and the sections it lies in, outermost first.
 * @param config complete settings, to visit those of variants of the user's own in use as well.
 */
export function eachField(
  declared: Section,
  visit: (path: readonly string[], field: Field<unknown>, within: readonly Section[]) => void,
  config: object = {},
): void {
  const walk = (section: Section, under: readonly string[], within: readonly Section[], at: object): void => {
    const fields = { ...section.fields, ...ownFields(section, at) };
    for (const [key, entry] of Object.entries<Field<unknown> | Section>(fields)) {
      const path = [...under, key];
      if (isField(entry)) visit(path, entry, within);
      else walk(entry, path, [...within, entry], (ownValue(at, key) ?? {}) as object);
    }
  };
  walk(declared, [], [declared], config);
}

/** Calls back for every variant of the user's own whose settings complete settings hold. */
export function eachOwn(
  declared: Section,
  config: object,
  visit: (table: OwnSections, name: string) => void,
): void {
  for (const name of Object.keys(ownFields(declared, config))) visit(declared.own as OwnSections, name);
  for (const [key, entry] of Object.entries<Field<unknown> | Section>(declared.fields)) {
    const at = ownValue(config, key);
    if (!isField(entry) && at !== undefined) eachOwn(entry, at as object, visit);
  }
}
