import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  overridesFromFile,
  overridesOf,
  parsedValue,
  valueText,
  withAssignment,
} from "../../lib/cli/overrides";
import { presetConfig } from "../../lib/config/presets";
import type { SearchConfig } from "../../lib/config/searchConfig";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();

describe("parsedValue", () => {
  it.each([
    [".9", 0.9],
    [".2e5", 20_000],
    ["2e5", 200_000],
    ["2E+5", 200_000],
    ["4.e5", 400_000],
    ["-.5", -0.5],
    ["+3", 3],
    ["0", 0],
    [" 7 ", 7],
    ["true", true],
    ["null", null],
    ["[0,1,0]", [0, 1, 0]],
    ['{"kind":"linear","from":1,"to":0}', { kind: "linear", from: 1, to: 0 }],
    ['"5"', "5"],
    ["gumbel", "gumbel"],
    ["data/raw", "data/raw"],
    ["1.2.3", "1.2.3"],
    ["0x10", "0x10"],
    [".", "."],
    ["e5", "e5"],
    ["2M", "2M"],
    ["Infinity", "Infinity"],
    ["", ""],
  ])("reads %j", (text, value) => expect(parsedValue(text, "--set a=")).toEqual(value));
});

describe("valueText", () => {
  it.each(["photos", "2024", "1e3", "true", "null", "[old]", "{a}", '"quoted"', "my photos", ""])(
    "writes %j so that it is read as that text",
    (text) => expect(parsedValue(valueText(text), "--set a=")).toBe(text),
  );

  it("leaves alone what is read as a text anyway", () =>
    expect(valueText("../my photos")).toBe("../my photos"));
});

describe("withAssignment", () => {
  const configOf = (...assignments: string[]) =>
    presetConfig("smoke", overridesOf<SearchConfig>({ set: assignments }, []));

  it("gives the same settings for every way to write a number", () => {
    const config = configOf("cost.budget=200000");
    for (const text of [".2e6", "2e5", "2.e5", "+2E5"])
      expect(configOf(`cost.budget=${text}`)).toEqual(config);
    expect(configOf("weightShare=.9").weightShare).toBe(0.9);
  });

  it.each([
    ["cost.budget=2M", 'smoke.cost: budget must be a finite number above 0, got "2M".'],
    ['cost.budget="4e5"', 'smoke.cost: budget must be a finite number above 0, got "4e5".'],
    ["cost.budget=true", "smoke.cost: budget must be a finite number above 0, got true."],
    ["cost.budget=null", "smoke.cost: budget must be a finite number above 0, got null."],
    ["cost.budget=1e999", "smoke.cost: budget must be a finite number above 0, got Infinity."],
    ["weightShare=half", 'smoke: weightShare must be a finite number in (0, 1), got "half".'],
    ["data.directory=5", "smoke.data: directory must be a text of at least one letter, got 5."],
    ["data.download=yes", 'smoke.data: download must be true or false, got "yes".'],
    ["toString=1", 'smoke: unknown key "toString". Known keys: '],
    ["constructor.name=1", 'smoke: unknown key "constructor". Known keys: '],
    ["__proto__.epochs=1", 'smoke: unknown key "__proto__". Known keys: '],
    ["cost.__proto__=1", 'smoke.cost: unknown key "__proto__". Known keys: '],
  ])("%s is refused where it is of another type or no key", (assignment, message) => {
    expect(() => configOf(assignment)).toThrow(message);
  });

  it("refuses a path through a value", () => {
    expect(() => withAssignment<SearchConfig>({ seed: 1 }, "seed.x=1")).toThrow(
      '--set seed.x=1: "seed" is a value, not a section.',
    );
  });
});

describe("overridesFromFile", () => {
  it.each(["null", "5", "[]", '"x"'])("refuses a file that holds %s", (text) => {
    const path = join(folder, "settings.json");
    writeFileSync(path, text);
    expect(() => overridesFromFile(path)).toThrow(
      `--config ${path}: expected a JSON object of settings, got ${text}.`,
    );
  });
});
