import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { check, deepFreeze, must, ownValue, rejectUnknownKeys } from "../config/check";
import { kinds } from "../config/kinds";
import { complete } from "../config/section";
import { type CostMeasure, costMeasures } from "../cost/cost";
import { ConfigError } from "../util/errors";
import { parseJson } from "../util/parseJson";
import { presetPart } from "./sweepSections";

/**
 * What one run of a sweep does.
 * - `search`: one search
 * - `search+train`: a search, the architecture derived from it, trained from scratch: one job of three steps
 * - `derive+train`: the architecture derived from a stored search (`record`), trained from scratch
 * - `train`: a stored genotype (`genotype`), trained from scratch
 * - `baseline`: a hand-made network, trained from scratch
 * - `random`: an architecture drawn at random within a budget, trained from scratch
 * - `evolution`: an architecture found by regularised evolution, its fitness by the supernet of a stored search
 *   (`record`) or without one by short trainings; trained from scratch
 * - `race`: the winner of a race in a cost band, trained from scratch
 */
export const sweepStages = [
  "search",
  "search+train",
  "derive+train",
  "train",
  "baseline",
  "random",
  "evolution",
  "race",
] as const;
export type SweepStage = (typeof sweepStages)[number];

/**
 * The parts of a run that hold settings, and that grids reach into: `search.cost.coefficient`, `baseline.width`.
 *
 * @example
 * ```ts
 * console.log(bars.sweep.sweepParts.join(" ")); // search derive train baseline random evolution race
 * ```
 */
export const sweepParts = ["search", "derive", "train", "baseline", "random", "evolution", "race"] as const;
export type SweepPart = (typeof sweepParts)[number];

/** One or several runs of a sweep: every combination of grid values, budgets and seeds is a job. */
export interface SweepRun {
  /** Letters, digits, `.`, `_`, `+` and `-`; starts the names of its jobs. Unique in the file. */
  readonly name: string;
  readonly stage: SweepStage;
  /** Settings of each part the stage uses: `{ preset, overrides }` of search and train, plain fields of the others. */
  readonly parts: Readonly<Partial<Record<SweepPart, Readonly<Record<string, unknown>>>>>;
  /** Path of a setting, from its part on, to the values it takes. */
  readonly grid: Readonly<Record<string, readonly unknown[]>>;
  readonly seeds: readonly number[];
  /** In operations of `measure` for one image, one multiply-accumulate = 1; empty where the stage has no budget. */
  readonly budgets: readonly number[];
  readonly measure: CostMeasure;
  /** Absolute path of a stored search; `derive+train`, and `evolution` on its supernet. */
  readonly record: string | null;
  /** Absolute path of a stored genotype; `train`. */
  readonly genotype: string | null;
}

/** A checked sweep file. */
export interface Sweep {
  readonly name: string;
  readonly runs: readonly SweepRun[];
}

/** Which parts a stage reads, whether it may have budgets, and the file it starts from. */
export const stageNeeds: Readonly<
  Record<
    SweepStage,
    {
      readonly parts: readonly SweepPart[];
      readonly budgets: "none" | "optional" | "required";
      readonly file: "record" | "genotype" | null;
      /** Whether the stage also works without its file. */
      readonly fileOptional?: true;
    }
  >
> = {
  search: { parts: ["search"], budgets: "optional", file: null },
  "search+train": { parts: ["search", "derive", "train"], budgets: "optional", file: null },
  "derive+train": { parts: ["derive", "train"], budgets: "none", file: "record" },
  train: { parts: ["train"], budgets: "none", file: "genotype" },
  baseline: { parts: ["baseline", "train"], budgets: "optional", file: null },
  random: { parts: ["random", "train"], budgets: "required", file: null },
  evolution: { parts: ["evolution", "train"], budgets: "optional", file: "record", fileOptional: true },
  race: { parts: ["race", "train"], budgets: "optional", file: null },
};

/** Whether a part is a preset with settings laid over it. */
export function withPreset(part: SweepPart): boolean {
  return part === "search" || part === "train" || part === "race";
}

/** A grid path of each part, for messages. */
const gridExamples: Readonly<Record<SweepPart, string>> = {
  search: "search.epochs",
  derive: "derive.rule",
  train: "train.epochs",
  baseline: "baseline.width",
  random: "random.atLeast",
  evolution: "evolution.evaluations",
  race: "race.proposals.fitted",
};

const fileKeys = { kind: 0, schema: 0, name: 0, note: 0, common: 0, runs: 0 };
const commonKeys = {
  search: 0,
  derive: 0,
  train: 0,
  baseline: 0,
  random: 0,
  evolution: 0,
  race: 0,
  seeds: 0,
  budgets: 0,
  measure: 0,
};
const runKeys = { name: 0, note: 0, stage: 0, grid: 0, record: 0, genotype: 0, ...commonKeys };

/**
 * Reads and checks a sweep file. Paths in it are relative to its folder.
 *
 * @throws ConfigError naming the run and the key: text that is not JSON, another kind or schema, unknown keys, names
 * given twice, empty grids, parts a stage does not read.
 *
 * @example
 * ```ts
 * const { writeFileSync } = await import("node:fs");
 * const runs = [{ name: "r", stage: "baseline", seeds: [0, 1], train: { preset: "smoke" }, baseline: { family: "resnet20" } }];
 * writeFileSync("runs/sweep.json", JSON.stringify({ kind: "bars.sweep", schema: 1, name: "tiny", runs }));
 * const sweep = bars.sweep.readSweepFile("runs/sweep.json");
 * console.log(bars.sweep.expandSweep(sweep).map(({ name }) => name)); // ["r-s0","r-s1"]
 * ```
 */
export function readSweepFile(path: string): Sweep {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigError(`${path}: expected a sweep file, could not read it: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new ConfigError(
      `${path}: expected a sweep file, got text that is not JSON (${(error as Error).message}).`,
      { cause: error },
    );
  }
  return checkSweep(value, path, dirname(path));
}

/**
 * Checks a sweep given as a value. `folder` is what its paths are relative to.
 *
 * @example
 * ```ts
 * const sweep = bars.sweep.checkSweep(
 *   { kind: "bars.sweep", schema: 1, name: "tiny", runs: [{ name: "r", stage: "baseline", seeds: [0, 1], train: { preset: "smoke" }, baseline: { family: "resnet20" } }] },
 *   "here",
 *   ".",
 * );
 * console.log(bars.sweep.expandSweep(sweep).length); // 2
 * ```
 */
export function checkSweep(value: unknown, place: string, folder: string): Sweep {
  const given = section(value, place, fileKeys);
  if (given["kind"] !== "bars.sweep") {
    throw new ConfigError(`${place}: expected kind "bars.sweep", got ${JSON.stringify(given["kind"])}.`);
  }
  if (given["schema"] !== 1) {
    throw new ConfigError(
      `${place}: expected schema 1, got ${JSON.stringify(given["schema"])}; it was written for another version of bars.`,
    );
  }
  checkNote(given, place);
  const common = checkCommon(given["common"], `${place}: common`);
  const runs = given["runs"];
  check(place, "runs", Array.isArray(runs) && runs.length > 0, "a list of at least one run", runs);
  const name = checkedName(given["name"], place);
  const checked = (runs as unknown[]).map((run, i) => checkRun(run, common, `${place}: runs[${i}]`, folder));
  checked.forEach((run, i) => {
    const first = checked.findIndex((other) => other.name === run.name);
    if (first < i) {
      throw new ConfigError(
        `${place}: runs[${i}]: name "${run.name}" is taken by runs[${first}]. Give every run a name of its own.`,
      );
    }
  });
  return deepFreeze({ name, runs: checked });
}

/** Checked for themselves, because what every run sets anew is read by none. */
function checkCommon(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  const common = section(value, place, commonKeys);
  for (const part of sweepParts) if (common[part] !== undefined) checkPart(part, common[part], place);
  if (common["seeds"] !== undefined) checkSeeds(common["seeds"], place);
  if (common["budgets"] !== undefined) checkBudgetList(common["budgets"], place);
  if (common["measure"] !== undefined) must.beOneOf(place, "measure", common["measure"], costMeasures);
  return common;
}

function checkNote(given: Readonly<Record<string, unknown>>, place: string): void {
  const { note } = given;
  check(place, "note", note === undefined || typeof note === "string", "a text", note);
}

function checkRun(
  value: unknown,
  common: Readonly<Record<string, unknown>>,
  at: string,
  folder: string,
): SweepRun {
  const given = section(value, at, runKeys);
  const name = checkedName(given["name"], at);
  const place = `${at} "${name}"`;
  checkNote(given, place);
  must.beOneOf(place, "stage", given["stage"], sweepStages);
  const stage = given["stage"] as SweepStage;
  const needs = stageNeeds[stage];
  for (const part of sweepParts) {
    if (given[part] !== undefined && !needs.parts.includes(part)) {
      throw new ConfigError(
        `${place}: stage "${stage}" has no part "${part}". Its parts: ${needs.parts.join(", ")}.`,
      );
    }
  }
  const parts = Object.fromEntries(
    needs.parts.map((part) => [part, checkPart(part, either(given, common, part, {}), place)]),
  );
  const file = (key: "record" | "genotype") => {
    if (needs.file !== key) {
      if (given[key] === undefined) return null;
      throw new ConfigError(`${place}: stage "${stage}" reads no ${key}. Leave "${key}" out.`);
    }
    const path = given[key];
    if (path === undefined && needs.fileOptional) return null;
    check(place, key, typeof path === "string" && path !== "", `the path of a stored ${key}`, path);
    return resolve(folder, path as string);
  };
  return {
    name,
    stage,
    parts,
    grid: checkGrid(either(given, {}, "grid", {}), stage, place),
    seeds: checkSeeds(either(given, common, "seeds", [0]), place),
    ...checkBudgets(given, common, stage, place),
    record: file("record"),
    genotype: file("genotype"),
  };
}

/** The run's own value, or that of all runs, or what is usual. Null is a value. */
function either(run: object, common: object, key: string, usual: unknown): unknown {
  const own = ownValue(run, key);
  if (own !== undefined) return own;
  const shared = ownValue(common, key);
  return shared === undefined ? usual : shared;
}

function checkPart(part: SweepPart, value: unknown, place: string): Readonly<Record<string, unknown>> {
  const at = `${place}: ${part}`;
  const given = section(value, at);
  if (withPreset(part)) complete(at, presetPart, given);
  return given;
}

function checkGrid(value: unknown, stage: SweepStage, place: string): SweepRun["grid"] {
  const grid = section(value, `${place}: grid`);
  const { parts } = stageNeeds[stage];
  for (const [path, values] of Object.entries(grid)) {
    const [part, ...rest] = path.split(".");
    if (!parts.includes(part as SweepPart) || rest.length === 0 || rest.includes("")) {
      throw new ConfigError(
        `${place}: grid path "${path}" must begin with a part of stage "${stage}" (${parts.join(", ")}), e.g. "${gridExamples[parts[0] as SweepPart]}".`,
      );
    }
    if (path === "search.seed" || path === "train.seed" || path === "race.seed") {
      throw new ConfigError(`${place}: grid path "${path}": seeds are given by "seeds", not by the grid.`);
    }
    check(
      `${place}: grid`,
      path,
      Array.isArray(values) && values.length > 0,
      "a list of at least one value",
      values,
    );
    const texts = (values as unknown[]).map((one) => JSON.stringify(one));
    const twice = texts.find((text, i) => texts.indexOf(text) < i);
    if (twice !== undefined) {
      throw new ConfigError(`${place}: grid: ${path} holds the value ${twice} twice. List every value once.`);
    }
  }
  return grid as SweepRun["grid"];
}

function checkSeeds(value: unknown, place: string): readonly number[] {
  kinds.list(kinds.integer(0), 1).check(place, "seeds", value);
  rejectTwice(value as number[], "seeds", "seed", place);
  return value as number[];
}

function checkBudgetList(value: unknown, place: string): readonly number[] {
  kinds.list(kinds.number({ above: 0 }), 1).check(place, "budgets", value);
  rejectTwice(value as number[], "budgets", "budget", place);
  return value as number[];
}

function rejectTwice(values: readonly number[], key: string, one: string, place: string): void {
  const twice = values.find((value, i) => values.indexOf(value) < i);
  if (twice !== undefined)
    throw new ConfigError(`${place}: ${key} holds ${twice} twice. List every ${one} once.`);
}

function checkBudgets(
  given: Readonly<Record<string, unknown>>,
  common: Readonly<Record<string, unknown>>,
  stage: SweepStage,
  place: string,
): Pick<SweepRun, "budgets" | "measure"> {
  const rule = stageNeeds[stage].budgets;
  const measure = either(given, common, "measure", "bops");
  must.beOneOf(place, "measure", measure, costMeasures);
  if (rule === "none") {
    if (given["budgets"] === undefined) return { budgets: [], measure: measure as CostMeasure };
    throw new ConfigError(
      `${place}: stage "${stage}" trains an architecture that is given, so a budget would have no effect. Leave "budgets" out.`,
    );
  }
  const budgets = either(given, common, "budgets", undefined);
  if (budgets === undefined && rule === "optional") return { budgets: [], measure: measure as CostMeasure };
  return { budgets: checkBudgetList(budgets, place), measure: measure as CostMeasure };
}

function checkedName(value: unknown, place: string): string {
  const ok = typeof value === "string" && /^[A-Za-z0-9][A-Za-z0-9._+-]{0,79}$/.test(value);
  check(place, "name", ok, "up to 80 letters, digits, or . _ + - (a folder is named after it)", value);
  return value as string;
}

function section(value: unknown, place: string, known?: object): Record<string, unknown> {
  const given = must.beSection(place, value);
  if (known) rejectUnknownKeys(place, known, given);
  return given;
}
