import { counted } from "../util/counted";
import { type Definition, definitionOf } from "../util/variantTable";
import { check, isSection, isWithin, must, type Range, rangeText } from "./check";
import { type Schedule, type ScheduleField, type ScheduleKind, scheduleKinds } from "./scheduleKinds";

export type { Schedule } from "./scheduleKinds";

/**
 * What a schedule is in one epoch.
 *
 * @param epoch counted from 0.
 * @param epochs how many there are: the last one, `epochs - 1`, is where a change ends.
 *
 * @example
 * ```ts
 * console.log(bars.config.scheduleValue({ kind: "linear", from: 1, to: 0 }, 5, 11)); // 0.5
 * ```
 */
export function scheduleValue(schedule: Schedule, epoch: number, epochs: number): number {
  if (typeof schedule === "number") return schedule;
  const progress = epochs > 1 ? Math.min(epoch / (epochs - 1), 1) : 0;
  const given = schedule as unknown as Readonly<Record<string, unknown>>;
  return scheduleKinds.get(schedule.kind).value(given, { epoch, epochs, progress, levelOf: scheduleValue });
}

/** What a schedule may be, for an error. */
export function scheduleText(): string {
  return `a number or a schedule of kind ${scheduleKinds.names.join(", ")}, or of one of your own (defineSchedule)`;
}

/** Kinds of the user's own that a schedule is made of. */
export function schedulesDefined(schedule: unknown): readonly Definition[] {
  if (!isSection(schedule)) return [];
  return [
    ...definitionOf(scheduleKinds, schedule["kind"]),
    ...Object.values(schedule).flatMap(schedulesDefined),
  ];
}

/** Checks a schedule's form, that its values lie within the bounds, and that its steps ascend. */
export function checkSchedule(place: string, key: string, value: unknown, levels: Range = {}): void {
  if (typeof value === "number") {
    must.beNumber(place, key, value, levels);
    return;
  }
  const kind = isSection(value) ? value["kind"] : undefined;
  check(place, key, scheduleKinds.has(kind), scheduleText(), value);
  const given = value as Record<string, unknown>;
  const { fields } = scheduleKinds.get(kind as string);
  const expected = Object.keys(fields);
  for (const name of Object.keys(given)) {
    const ok = name === "kind" || expected.includes(name);
    const absent = `absent (a ${kind as string} schedule has ${expected.join(", ")})`;
    check(place, `${key}.${name}`, ok, absent, given[name]);
  }
  for (const [name, field] of Object.entries(fields))
    checkField(place, `${key}.${name}`, given[name], field, levels);
}

function checkField(place: string, key: string, value: unknown, field: ScheduleField, levels: Range): void {
  if (field === "epochs") must.beInteger(place, key, value, 1);
  else if (field === "steps") checkSteps(place, key, value, levels);
  else if (field === "schedule") checkNested(place, key, value, levels);
  else must.beNumber(place, key, value, rangeOf(field, levels));
}

function rangeOf(field: Exclude<ScheduleField, "epochs" | "steps" | "schedule">, levels: Range): Range {
  if (field === "level") return levels;
  return field === "positive level" ? { ...levels, above: 0 } : field;
}

function checkSteps(place: string, key: string, at: unknown, levels: Range): void {
  check(place, key, Array.isArray(at) && at.length > 0, "a list of [epoch, value] pairs", at);
  const pairs = at as unknown[];
  let before = -1;
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i];
    check(place, `${key}[${i}]`, Array.isArray(pair) && pair.length === 2, "a pair [epoch, value]", pair);
    const [epoch, level] = pair as [number, number];
    must.beNumber(place, `${key}[${i}][0]`, epoch, { min: 0 });
    must.beNumber(place, `${key}[${i}][1]`, level, levels);
    const ascends = epoch > before;
    check(place, `${key}[${i}][0]`, ascends, `a later epoch than ${before} before it (steps ascend)`, epoch);
    before = epoch;
  }
}

/** A schedule within one holds no third: warm-ups do not stack. */
function checkNested(place: string, key: string, value: unknown, levels: Range): void {
  const kind = isSection(value) ? value["kind"] : undefined;
  const nests =
    scheduleKinds.has(kind) &&
    Object.values(scheduleKinds.get(kind as string).fields).some((field) => field === "schedule");
  check(place, key, !nests, `a number or a schedule of another kind than ${kind}`, value);
  checkSchedule(place, key, value, levels);
}

/**
 * Checks that a schedule suits a run of so many epochs: its warm-up is not longer, and it is within its bounds to the
 * end, which one that grows exponentially may not be. One of a kind of the user's own is looked at in every epoch.
 *
 * @param run what has these epochs, for the error: "the run".
 */
export function checkScheduleFits(
  place: string,
  key: string,
  schedule: Schedule,
  levels: Range,
  { epochs, run }: { readonly epochs: number; readonly run: string },
): void {
  const found = misfit(schedule, levels, epochs, run);
  if (found) check(place, [key, ...found.within].join("."), false, found.expected, found.value);
}

/** A schedule where it suits a run of so many epochs; else its value at the end of the run it was made for. */
export function suitedSchedule(
  schedule: Schedule,
  levels: Range,
  { epochs, madeFor }: { readonly epochs: number; readonly madeFor: number },
): Schedule {
  return misfit(schedule, levels, epochs, "") ? scheduleValue(schedule, madeFor - 1, madeFor) : schedule;
}

/** What of a schedule does not suit a run of so many epochs; null where all does. */
function misfit(
  schedule: Schedule,
  levels: Range,
  epochs: number,
  run: string,
): { readonly within: readonly string[]; readonly expected: string; readonly value: unknown } | null {
  if (typeof schedule === "number") return null;
  const { fields } = scheduleKinds.get(schedule.kind);
  for (const [name, field] of Object.entries(fields)) {
    if (field !== "epochs") continue;
    const value = (schedule as Readonly<Record<string, unknown>>)[name] as number;
    if (value > epochs) return { within: [name], expected: `at most ${epochs}, the epochs of ${run}`, value };
  }
  const own = scheduleKinds.versionOf(schedule.kind) !== null;
  const ok = Array.from({ length: own ? epochs : 1 }, (_, i) => epochs - 1 - i).every((epoch) => {
    const level = scheduleValue(schedule, epoch, epochs);
    return Number.isFinite(level) && isWithin(level, levels);
  });
  if (ok) return null;
  const range = ["finite", rangeText(levels)].filter((words) => words !== "").join(" and ");
  const expected = `a schedule that stays ${range} over the ${counted(epochs, "epoch")} of ${run}`;
  return { within: [], expected, value: schedule };
}

/** A kind of schedule to define. */
export interface ScheduleSpec extends Pick<ScheduleKind, "name" | "version" | "formula" | "source"> {
  /** The numbers it is made of, by name: "level" for values within the setting's bounds, else bounds. */
  readonly fields: Readonly<Record<string, "level" | "positive level" | "epochs" | Range>>;
  value(fields: Readonly<Record<string, number>>, moment: Parameters<ScheduleKind["value"]>[1]): number;
}

/**
 * Makes a kind of schedule of one's own known by name: every setting that takes a schedule takes `{ kind: name, ... }`.
 * Records name it with its version; who reads or resumes them must have defined it.
 *
 * @returns the kind, as the table holds it.
 * @throws ConfigError for a name that is taken or no identifier, a version that is no integer from 1, or a part that is
 * missing.
 *
 * @example
 * ```ts
 * bars.defineSchedule({
 *   name: "saw",
 *   formula: "top (1 - (epoch mod period) / period)",
 *   fields: { top: "positive level", period: "epochs" },
 *   value: ({ top = 0, period = 1 }, { epoch }) => top * (1 - (epoch % period) / period),
 * });
 * const learningRate = { kind: "saw", top: 0.1, period: 4 };
 * const { optimizer } = bars.trainConfig({ epochs: 8, optimizer: { learningRate } });
 * console.log(bars.config.scheduleValue(optimizer.learningRate, 5, 8).toFixed(3)); // 0.075
 * ```
 */
export function defineSchedule(spec: ScheduleSpec): ScheduleKind {
  const { name, version = 1, formula, source, fields, value } = spec;
  const place = `defineSchedule: ${JSON.stringify(name)}`;
  check(
    place,
    "value",
    typeof value === "function",
    "a function of (fields, { epoch, epochs, progress })",
    value,
  );
  check(place, "formula", typeof formula === "string" && formula !== "", "a text", formula);
  check(
    place,
    "fields",
    isSection(fields) && !Object.hasOwn(fields, "kind"),
    'an object of fields, none called "kind"',
    fields,
  );
  for (const [key, field] of Object.entries(fields)) {
    const ok = isSection(field) || field === "level" || field === "positive level" || field === "epochs";
    check(
      place,
      `fields.${key}`,
      ok,
      '"level", "positive level", "epochs" or bounds such as { min: 0 }',
      field,
    );
  }
  return scheduleKinds.define<ScheduleKind>({
    name,
    version,
    formula,
    ...(source === undefined ? {} : { source }),
    fields: { ...fields },
    value: value as ScheduleKind["value"],
  });
}
