import { basename } from "node:path";
import { deepFreeze, isSection, ownValue } from "../config/check";
import { ConfigError } from "../util/errors";
import type { JobChoice } from "./jobChoice";
import { stepsOf } from "./jobSteps";
import { type Sweep, type SweepPart, type SweepRun, stageNeeds, withPreset } from "./sweepFile";
import { jobId, type SweepJob } from "./sweepJob";

/**
 * Every job of a sweep: for each run all combinations of budgets, grid values and seeds, in the order of the file,
 * seeds innermost. Settings are completed and checked, so that what is wrong is found before anything runs; stored
 * searches and genotypes are read, random architectures drawn.
 *
 * @param say gets every line that tells of a preset fitted to its run, once.
 * @throws ConfigError naming the job for settings that are refused, budgets no architecture reaches, and jobs that are
 * the same.
 *
 * @example
 * ```ts
 * const runs = [{ name: "r", stage: "baseline", seeds: [0, 1], train: { preset: "smoke" }, baseline: { family: "resnet20" }, grid: { "baseline.width": [0.25, 0.5] } }];
 * const sweep = bars.sweep.checkSweep({ kind: "bars.sweep", schema: 1, name: "tiny", runs }, "here", ".");
 * console.log(bars.sweep.expandSweep(sweep).length); // 4
 * ```
 */
export function expandSweep(sweep: Sweep, say: (line: string) => void = console.warn): SweepJob[] {
  const said = new Set<string>();
  const once = (line: string) => {
    if (!said.has(line)) say(line);
    said.add(line);
  };
  const jobs = sweep.runs.flatMap((run) => choicesOf(run, once).map((choice) => jobOf(sweep, choice)));
  const byId = new Map<string, SweepJob>();
  for (const job of jobs) {
    const earlier = byId.get(identity(job));
    if (earlier) {
      throw new ConfigError(
        `${sweep.name}: jobs "${earlier.name}" and "${job.name}" have the same settings. Leave one of them out.`,
      );
    }
    byId.set(identity(job), job);
  }
  return jobs;
}

function jobOf(sweep: Sweep, choice: JobChoice): SweepJob {
  const { run, seed, budget, grid } = choice;
  const steps = stepsOf(choice);
  return deepFreeze({
    kind: "bars.sweep-job",
    schema: 1,
    id: jobId(steps),
    name: `${choice.label}-s${seed}`,
    sweep: sweep.name,
    run: run.name,
    stage: run.stage,
    seed,
    budget,
    grid,
    steps,
    ...(run.stage === "evolution" && run.record !== null ? { search: run.record } : {}),
  });
}

/** A job's settings without what models are called: two names for the same work are the same work. */
function identity(job: SweepJob): string {
  return jobId(
    job.steps.map((step) => {
      if (step.step === "derive" || step.step === "evolve" || step.step === "race")
        return { ...step, name: "" };
      return step.step === "train" && step.model ? { ...step, model: { ...step.model, name: "" } } : step;
    }),
  );
}

/** All combinations of a run's budgets, grid values and seeds. */
function choicesOf(run: SweepRun, say: JobChoice["say"]): JobChoice[] {
  const budgets = run.budgets.length > 0 ? run.budgets : [null];
  const paths = Object.keys(run.grid);
  const combinations = paths.reduce<readonly (readonly number[])[]>(
    (sofar, path) => sofar.flatMap((chosen) => (run.grid[path] ?? []).map((_, i) => [...chosen, i])),
    [[]],
  );
  return budgets.flatMap((budget) =>
    combinations.flatMap((indices) => {
      const grid = Object.fromEntries(
        paths.map((path, i) => [path, (run.grid[path] as readonly unknown[])[indices[i] as number]]),
      );
      const label = [
        run.name,
        ...(budget === null ? [] : [amountText(budget)]),
        ...paths.map((path, i) => `${shortName(path, paths)}=${valueText(grid[path], indices[i] as number)}`),
      ].join("-");
      return run.seeds.map((seed): JobChoice => {
        const place = `"${label}-s${seed}"`;
        return {
          run,
          seed,
          budget: budget === null ? null : { measure: run.measure, value: budget },
          grid,
          parts: partsWith(run, grid, place),
          label,
          place,
          say,
        };
      });
    }),
  );
}

/** `2e6` → `2M`, `4e5` → `400k`, `1.25e9` → `1.25G`. */
export function amountText(amount: number): string {
  const [unit, sign] =
    (
      [
        [1e9, "G"],
        [1e6, "M"],
        [1e3, "k"],
      ] as const
    ).find(([size]) => amount >= size) ?? ([1, ""] as const);
  return `${Number((amount / unit).toPrecision(6))}${sign}`;
}

/** The last key of a path, or all of it where two paths end alike. */
function shortName(path: string, paths: readonly string[]): string {
  const last = (text: string) => text.slice(text.lastIndexOf(".") + 1);
  return paths.filter((other) => last(other) === last(path)).length > 1 ? path : last(path);
}

/** A value as a part of a file name; the place in the list (`v0`, `v1`, …) of one that does not suit. */
function valueText(value: unknown, index: number): string {
  if (typeof value === "string") {
    const base = basename(value);
    if (base === value && /^[A-Za-z0-9._+]{1,24}$/.test(value)) return value;
  } else if (typeof value === "number" || typeof value === "boolean") return String(value);
  return `v${index}`;
}

function partsWith(run: SweepRun, grid: JobChoice["grid"], place: string): SweepRun["parts"] {
  const parts: Partial<Record<SweepPart, Readonly<Record<string, unknown>>>> = {};
  for (const part of stageNeeds[run.stage].parts) parts[part] = run.parts[part] ?? {};
  for (const [path, value] of Object.entries(grid)) {
    const [part, ...keys] = path.split(".") as [SweepPart, ...string[]];
    // Settings of searches and trainings lie under `overrides`, but for the preset's name.
    const inside = withPreset(part) && path !== `${part}.preset` ? ["overrides", ...keys] : keys;
    parts[part] = put(parts[part] ?? {}, inside, value, `${place}: grid path "${path}"`);
  }
  return parts;
}

function put(
  section: Readonly<Record<string, unknown>>,
  [key = "", ...rest]: readonly string[],
  value: unknown,
  place: string,
): Readonly<Record<string, unknown>> {
  if (rest.length === 0) return { ...section, [key]: value };
  const inner = ownValue(section, key) ?? {};
  if (!isSection(inner)) throw new ConfigError(`${place}: "${key}" is a value, not a section.`);
  return { ...section, [key]: put(inner, rest, value, place) };
}
