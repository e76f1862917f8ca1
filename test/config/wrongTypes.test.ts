import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analysisConfig, analysisSection } from "../../lib/config/analysisConfig";
import { baselineConfig, baselineSection } from "../../lib/config/baselineConfig";
import { binarizationConfig, binarizationSection } from "../../lib/config/binarizationConfig";
import { dataConfig, dataSection } from "../../lib/config/dataConfig";
import { evolutionConfig, evolutionSection } from "../../lib/config/evolutionConfig";
import { presetConfig } from "../../lib/config/presets";
import { racePresetConfig, raceSection } from "../../lib/config/raceConfig";
import { searchConfig, searchSection } from "../../lib/config/searchConfig";
import { complete, eachField, type Field, type Section } from "../../lib/config/section";
import { spaceConfig, spaceSection } from "../../lib/config/spaceConfig";
import { strategiesConfig, strategiesSection } from "../../lib/config/strategiesConfig";
import { trainConfig, trainSection } from "../../lib/config/trainConfig";
import { trainPresetConfig } from "../../lib/config/trainPresets";
import { evolutionPart, presetPart, randomPart } from "../../lib/sweep/sweepSections";
import { ConfigError } from "../../lib/util/errors";

type Make = (overrides: never) => unknown;
const supernet = { kind: "supernet", search: "ab", images: 0 } as const;

const configs: Readonly<Record<string, readonly [Section, Make]>> = {
  searchConfig: [searchSection, searchConfig],
  "presetConfig smoke": [searchSection, (o) => presetConfig("smoke", o, () => {})],
  trainConfig: [trainSection, trainConfig],
  "trainPresetConfig laptop": [trainSection, (o) => trainPresetConfig("laptop", o)],
  spaceConfig: [spaceSection, spaceConfig],
  strategiesConfig: [strategiesSection, strategiesConfig],
  binarizationConfig: [binarizationSection, binarizationConfig],
  dataConfig: [dataSection, dataConfig],
  analysisConfig: [analysisSection, analysisConfig],
  baselineConfig: [baselineSection, baselineConfig],
  evolutionConfig: [evolutionSection, (o) => evolutionConfig(supernet, o)],
  "racePresetConfig laptop": [raceSection, (o) => racePresetConfig("laptop", o)],
  "sweep random": [randomPart, (o) => complete("random", randomPart, o)],
  "sweep evolution": [evolutionPart, (o) => complete("evolution", evolutionPart, o)],
  "sweep search and train": [presetPart, (o) => complete("search", presetPart, o)],
};

interface Place {
  readonly path: readonly string[];
  readonly field: Field<unknown>;
}

function placesOf(section: Section): Place[] {
  const places: Place[] = [];
  eachField(section, (path, field) => places.push({ path, field }));
  return places;
}

/** `{ a: { b: value } }` for the path `["a", "b"]`. */
function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

/** Types a field's values have; values of all others are wrong. */
const right: Readonly<Record<string, readonly string[]>> = {
  integer: ["number"],
  number: ["number"],
  "true or false": ["boolean"],
  "one of": ["string", "number"],
  text: ["string"],
  list: ["list"],
  schedule: ["number", "object"],
  settings: ["object"],
};

const samples: Readonly<Record<string, readonly unknown[]>> = {
  string: ["", "1", "4e5", "true", "null", "toString", "__proto__"],
  number: [0, 1, -1, 1.5],
  boolean: [true, false],
  null: [null],
  list: [[], [1], ["a"], [[0, 1]]],
  object: [{}, { a: 1 }, { kind: "toString" }],
  other: [Number.NaN, Infinity, -Infinity, 1n, () => 1, Symbol("s"), new Map(), new Date(0)],
};

/** Wrong in type or form, whatever a field's bounds are. */
function wrongFor({ type, range }: Field<unknown>): unknown[] {
  const allowed = [...(right[type] as readonly string[]), ...(range.includes("or null") ? ["null"] : [])];
  const strangers = Object.entries(samples).flatMap(([kind, values]) =>
    allowed.includes(kind) ? [] : values,
  );
  switch (type) {
    case "integer":
      return [...strangers, 1.5, -0.5, 2 ** 53];
    case "one of":
      return [...strangers, "", "nonsense", "toString", 17, 0.5];
    case "text":
      return [...strangers, ""];
    case "list":
      return [...strangers, [null], [{}], [Number.NaN], [Infinity], new Array(2), [[]], [undefined]];
    case "schedule":
      return [...strangers, {}, { kind: "toString" }, { kind: "constructor" }, { kind: 1 }, { from: 1 }];
    default:
      return strangers;
  }
}

function refuses(make: Make, { path }: Place, value: unknown): void {
  let thrown: unknown;
  try {
    make(nested(path, value) as never);
  } catch (error) {
    thrown = error;
  }
  const what = `${path.join(".")} = ${typeof value} ${String(JSON.stringify(value, (_, v) => (typeof v === "bigint" ? "bigint" : v)))}`;
  expect(thrown, what).toBeInstanceOf(ConfigError);
  const { message } = thrown as ConfigError;
  expect(message, what).toContain(`${path.at(-1)}`);
  expect(message, what).toMatch(/ must be .+, got .+\.$|: unknown key /s);
  for (const key of path.slice(0, -1)) expect(message, what).toContain(`.${key}`);
}

describe.each(Object.entries(configs))("%s", (_, [section, make]) => {
  const places = placesOf(section);

  it("takes every field at its default", () => {
    for (const { path, field } of places)
      expect(() => make(nested(path, field.default) as never), path.join(".")).not.toThrow();
  });

  it("refuses every wrong type of every field, naming it", () => {
    for (const place of places) for (const value of wrongFor(place.field)) refuses(make, place, value);
  });

  it("refuses sections that are none", () => {
    const sections = new Set(
      places.flatMap(({ path }) => path.slice(0, -1).map((_, i) => path.slice(0, i + 1).join("."))),
    );
    for (const text of sections)
      for (const value of [null, 5, "x", true, [], new Map(), () => 1])
        expect(() => make(nested(text.split("."), value) as never), text).toThrow(
          new RegExp(`\\.${text.split(".").at(-1)}: expected an object, got `),
        );
    for (const value of [null, 5, "x", true, []])
      expect(() => make(value as never)).toThrow(/: expected an object, got /);
  });

  it("does not know names that every object inherits", () => {
    for (const key of ["toString", "constructor", "hasOwnProperty", "__proto__", "valueOf"]) {
      const given = JSON.parse(`{ "${key}": 1 }`);
      expect(() => make(given as never)).toThrow(`unknown key "${key}". Known keys: `);
      for (const { path } of places) {
        if (path.length < 2) continue;
        const inner = nested(path.slice(0, -1), given);
        expect(() => make(inner as never)).toThrow(`unknown key "${key}". Known keys: `);
      }
    }
  });

  it("refuses arbitrary values of another type", () => {
    const strangers: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
      string: fc.string(),
      number: fc.double({ noNaN: true, noDefaultInfinity: true }),
      boolean: fc.boolean(),
      null: fc.constant(null),
      list: fc.array(fc.anything(), { maxLength: 4 }),
      object: fc.dictionary(fc.string(), fc.anything(), { maxKeys: 3 }),
      other: fc.constantFrom(...(samples["other"] as unknown[])),
    };
    const wrong = fc.constantFrom(...places).chain((place) => {
      const { type, range } = place.field;
      const allowed = [...(right[type] as readonly string[]), ...(range.includes("or null") ? ["null"] : [])];
      const kinds = Object.entries(strangers).filter(([kind]) => !allowed.includes(kind));
      return fc.oneof(...kinds.map(([, values]) => values)).map((value) => ({ place, value }));
    });
    fc.assert(
      fc.property(wrong, ({ place, value }) => refuses(make, place, value)),
      { seed: 0, numRuns: 1000 },
    );
  });
});

describe("complete", () => {
  it("copies what it is given: the caller's lists stay his", () => {
    const taps = ["cell0"];
    const config = analysisConfig({ taps });
    taps.push("cell1");
    expect(config.taps).toEqual(["cell0"]);
    expect(Object.isFrozen(config.taps)).toBe(true);
  });

  it("takes undefined for left out, and reads no inherited value", () => {
    expect(dataConfig({ trainImages: undefined as never }).trainImages).toBe(0);
    expect(dataConfig(Object.create({ trainImages: 5 })).trainImages).toBe(0);
  });

  it("names the item of a list", () => {
    expect(() => spaceConfig({ cellLayout: [0, "1" as never] })).toThrow(
      'spaceConfig: cellLayout[1] must be an integer of at least 0, got "1".',
    );
    expect(() => searchConfig({ strategies: { pruning: { stages: [[1, 0]] } } })).toThrow(
      "searchConfig.strategies.pruning: stages[0][1] must be an integer of at least 1, got 0.",
    );
  });

  it("says what came, whatever it is", () => {
    expect(() => searchConfig({ cost: { budget: "4e5" as never } })).toThrow(
      'searchConfig.cost: budget must be a finite number above 0, got "4e5".',
    );
    expect(() => searchConfig({ weightShare: "0.5" as never })).toThrow(
      'searchConfig: weightShare must be a finite number in (0, 1), got "0.5".',
    );
    expect(() => searchConfig({ data: { directory: 5 as never } })).toThrow(
      "searchConfig.data: directory must be a text of at least one letter, got 5.",
    );
    const loop: Record<string, unknown> = {};
    loop["loop"] = loop;
    expect(() => dataConfig({ flip: 1, trainImages: loop } as never)).toThrow(
      'dataConfig: unknown key "flip".',
    );
    expect(() => dataConfig({ trainImages: loop as never })).toThrow(
      "dataConfig: trainImages must be an integer of at least 0, got an object that JSON cannot hold.",
    );
    expect(() => dataConfig({ trainImages: 1n as never })).toThrow("got a bigint (1).");
  });
});
