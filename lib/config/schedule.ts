import { check, isSection, isWithin, must, type Range, rangeText } from "./check";

/**
 * A number that changes over the epochs of a run. `e` is the epoch counted from 0, `E` the number of epochs.
 *
 * - a plain number: constant
 * - `linear`: `from + (to − from) · e / (E − 1)`
 * - `cosine`: `to + (from − to) · (1 + cos(π e / E)) / 2` (Loshchilov & Hutter 2017, arXiv:1608.03983)
 * - `exponential`: `max(min, from · factor^e)`
 * - `log_linear`: `10^(log10 from + (e / (E − 1)) · (log10 to − log10 from))`, the IR-Net schedule
 * - `steps`: the value of the last `[epoch, value]` pair whose epoch is not after `e`
 * - `warmup`: over the first `epochs` epochs linearly from `from` to the first value of `after`,
 *   `from + (after(0) − from) · e / epochs`; from there on `after`, its epochs counted anew
 *   (Goyal et al. 2017, arXiv:1706.02677, section 2.2)
 *
 * `e` need not be whole: a rate that changes at every step is the value at `epoch + step / steps`.
 */
export type Schedule =
  | number
  | { readonly kind: "linear"; readonly from: number; readonly to: number }
  | { readonly kind: "cosine"; readonly from: number; readonly to: number }
  | { readonly kind: "exponential"; readonly from: number; readonly factor: number; readonly min: number }
  | { readonly kind: "log_linear"; readonly from: number; readonly to: number }
  | { readonly kind: "steps"; readonly at: readonly (readonly [number, number])[] }
  | {
      readonly kind: "warmup";
      readonly epochs: number;
      readonly from: number;
      readonly after: Exclude<Schedule, { readonly kind: "warmup" }>;
    };

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
  switch (schedule.kind) {
    case "linear":
      return schedule.from + (schedule.to - schedule.from) * progress;
    case "cosine":
      return schedule.to + ((schedule.from - schedule.to) * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2;
    case "exponential":
      return Math.max(schedule.min, schedule.from * schedule.factor ** epoch);
    case "log_linear":
      return (
        10 ** (Math.log10(schedule.from) + progress * (Math.log10(schedule.to) - Math.log10(schedule.from)))
      );
    case "steps": {
      let value = schedule.at[0]?.[1] ?? 0;
      for (const [from, next] of schedule.at) if (epoch >= from) value = next;
      return value;
    }
    case "warmup": {
      const left = Math.max(epochs - schedule.epochs, 1);
      if (epoch >= schedule.epochs) return scheduleValue(schedule.after, epoch - schedule.epochs, left);
      const first = scheduleValue(schedule.after, 0, left);
      return schedule.from + ((first - schedule.from) * epoch) / schedule.epochs;
    }
    default:
      return schedule satisfies never;
  }
}

const fields = {
  linear: ["from", "to"],
  cosine: ["from", "to"],
  exponential: ["from", "factor", "min"],
  log_linear: ["from", "to"],
  steps: ["at"],
  warmup: ["epochs", "from", "after"],
} satisfies Record<Exclude<Schedule, number>["kind"], string[]>;

type Kind = keyof typeof fields;
export const scheduleKinds = Object.keys(fields) as readonly Kind[];

/** Checks a schedule's form, that its values lie within the bounds, and that its steps ascend. */
export function checkSchedule(place: string, key: string, value: unknown, levels: Range = {}): void {
  if (typeof value === "number") {
    must.beNumber(place, key, value, levels);
    return;
  }
  const kind = isSection(value) ? value["kind"] : undefined;
  const known = typeof kind === "string" && Object.hasOwn(fields, kind);
  check(place, key, known, `a number or a schedule of kind ${scheduleKinds.join(", ")}`, value);
  const given = value as Record<string, unknown>;
  const expected: readonly string[] = fields[kind as Kind];
  for (const name of Object.keys(given)) {
    const ok = name === "kind" || expected.includes(name);
    const absent = `absent (a ${kind as Kind} schedule has ${expected.join(", ")})`;
    check(place, `${key}.${name}`, ok, absent, given[name]);
  }
  if (kind === "steps") {
    checkSteps(place, `${key}.at`, given["at"], levels);
    return;
  }
  if (kind === "warmup") {
    checkWarmup(place, key, given, levels);
    return;
  }
  const range = kind === "log_linear" ? { ...levels, above: 0 } : levels;
  for (const name of expected)
    must.beNumber(place, `${key}.${name}`, given[name], name === "factor" ? { min: 0 } : range);
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

function checkWarmup(place: string, key: string, given: Record<string, unknown>, levels: Range): void {
  const { epochs, from, after } = given;
  must.beInteger(place, `${key}.epochs`, epochs, 1);
  must.beNumber(place, `${key}.from`, from, levels);
  const nested = isSection(after) && after["kind"] === "warmup";
  check(place, `${key}.after`, !nested, "a number or a schedule of another kind than warmup", after);
  checkSchedule(place, `${key}.after`, after, levels);
}

/**
 * Checks that a schedule suits a run of so many epochs: its warm-up is not longer, and it is within its bounds to the
 * end, which one that grows exponentially may not be.
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
  if (typeof schedule === "number") return;
  if (schedule.kind === "warmup") {
    const ok = schedule.epochs <= epochs;
    check(place, `${key}.epochs`, ok, `at most ${epochs}, the epochs of ${run}`, schedule.epochs);
  }
  const last = scheduleValue(schedule, epochs - 1, epochs);
  const ok = Number.isFinite(last) && isWithin(last, levels);
  const range = ["finite", rangeText(levels)].filter((words) => words !== "").join(" and ");
  check(place, key, ok, `a schedule that stays ${range} over the ${epochs} epochs of ${run}`, schedule);
}
