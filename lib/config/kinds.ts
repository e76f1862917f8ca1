import {
  type Definition,
  definitionOf,
  type Variant,
  type VariantTable,
  withArticle,
} from "../util/variantTable";
import { check, isSection, must, type Range, rangeText, shown } from "./check";

/** What values a setting takes: the words for it, and the check. Made by the functions below. */
export interface Kind<T> {
  /** For a listing: "integer", "number", "true or false", "one of", "text", "list", "schedule". */
  readonly type: string;
  /** Bounds or names; "" where there are none. */
  readonly range: string;
  /** For an error, after "must be". */
  readonly expected: string;
  /** Several of them, for an error about a list. */
  readonly plural: string;
  /** @throws ConfigError that names the key. */
  readonly check: (place: string, key: string, value: unknown) => void;
  /** Variants of the user's own that a value names; left out: it can name none. */
  readonly definitionsIn?: (value: unknown) => readonly Definition[];
  /** Never there; carries the type of the values. */
  readonly values?: T;
}

export const kinds = {
  integer(min: number, max?: number): Kind<number> {
    const range = max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
    return {
      type: "integer",
      range,
      expected: `an integer ${range}`,
      plural: `integers ${range}`,
      check: (place, key, value) => must.beInteger(place, key, value, min, max),
    };
  },
  number(range: Range = {}): Kind<number> {
    const text = rangeText(range);
    return {
      type: "number",
      range: text,
      expected: `a finite number ${text}`.trimEnd(),
      plural: `finite numbers ${text}`.trimEnd(),
      check: (place, key, value) => must.beNumber(place, key, value, range),
    };
  },
  flag: {
    type: "true or false",
    range: "",
    expected: "true or false",
    plural: "true or false",
    check: must.beBoolean,
  } satisfies Kind<boolean> as Kind<boolean>,
  text: {
    type: "text",
    range: "",
    expected: "a text of at least one letter",
    plural: "texts of at least one letter",
    check: must.beText,
  } satisfies Kind<string> as Kind<string>,
  oneOf<const N extends string | number>(names: readonly N[]): Kind<N> {
    const list = names.map(shown).join(", ");
    return {
      type: "one of",
      range: names.join(", "),
      expected: `one of ${list}`,
      plural: `names out of ${list}`,
      check: (place, key, value) => must.beOneOf(place, key, value, names),
    };
  },
  /**
   * A name out of a table that users may add to; the names are those at the time of the check.
   * @param suits which of the table's variants may stand here; left out: all.
   */
  variantOf<V extends Variant>(
    table: VariantTable<V>,
    suits: (variant: V) => boolean = () => true,
  ): Kind<string> {
    const names = () => table.names.filter((name) => suits(table.get(name)));
    const list = () => names().map(shown).join(", ");
    const expected = () =>
      `one of ${list()}, or ${withArticle(table.kind)} of your own (${table.defineName})`;
    return {
      type: "one of",
      get range() {
        return names().join(", ");
      },
      get expected() {
        return expected();
      },
      get plural() {
        return `names out of ${list()}`;
      },
      check: (place, key, value) => {
        const ok = table.has(value) && suits(table.get(value as string));
        check(place, key, ok, expected(), value);
      },
      definitionsIn: (value) => definitionOf(table, value),
    };
  },
  /** Settings of another config, checked there. */
  settings: {
    type: "settings",
    range: "",
    expected: "an object of settings",
    plural: "objects of settings",
    check: (place, key, value) => check(place, key, isSection(value), "an object of settings", value),
  } satisfies Kind<object> as Kind<object>,
  /** A list of `least` values or more; an item out of place is named by its number. */
  list<T>(of: Kind<T>, least = 0): Kind<readonly T[]> {
    const many = least === 0 ? "" : least === 1 ? "one or more " : `${least} or more `;
    return {
      type: "list",
      range: `of ${many}${of.plural}`,
      expected: `a list of ${many}${of.plural}`,
      plural: `lists of ${of.plural}`,
      check: (place, key, value) => {
        const ok = Array.isArray(value) && value.length >= least;
        check(place, key, ok, `a list of ${many}${of.plural}`, value);
        // By number: holes of an array are values that are missing.
        const items = value as unknown[];
        for (let i = 0; i < items.length; i++) of.check(place, `${key}[${i}]`, items[i]);
      },
      definitionsIn: (value) =>
        (value as readonly unknown[]).flatMap((item) => of.definitionsIn?.(item) ?? []),
    };
  },
  /** Two values in a list, `[a, b]`. */
  pair<A, B>(name: string, first: Kind<A>, second: Kind<B>): Kind<readonly [A, B]> {
    return {
      type: "pair",
      range: name,
      expected: `a pair ${name}`,
      plural: `${name} pairs`,
      check: (place, key, value) => {
        check(place, key, Array.isArray(value) && value.length === 2, `a pair ${name}`, value);
        const [a, b] = value as [unknown, unknown];
        first.check(place, `${key}[0]`, a);
        second.check(place, `${key}[1]`, b);
      },
    };
  },
  /** Null besides values of another kind. @param means what null stands for, e.g. "no limit". */
  nullable<T>(of: Kind<T>, means: string): Kind<T | null> {
    const expected = `${of.expected}, or null for ${means}`;
    return {
      type: of.type,
      range: `${of.range}${of.range === "" ? "" : ", "}or null for ${means}`,
      expected,
      plural: `${of.plural}, or null`,
      check: (place, key, value) => {
        if (value === null) return;
        try {
          of.check(place, key, value);
        } catch {
          check(place, key, false, expected, value);
        }
      },
    };
  },
};
