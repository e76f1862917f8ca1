import { check, must } from "./check";

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

/** Checks a schedule's form and that its values lie in `[min, max]`. */
export function checkSchedule(
  place: string,
  key: string,
  value: unknown,
  min = -Infinity,
  max = Infinity,
): void {
  if (typeof value === "number") {
    must.beNumber(place, key, value, min, max);
    return;
  }
  const kinds = Object.keys(fields).join(", ");
  const kind = (value as { kind?: unknown } | null | undefined)?.kind;
  const known = typeof kind === "string" && kind in fields;
  check(place, key, known, `a number or a schedule of kind ${kinds}`, value);
  const schedule = value as Record<string, unknown>;
  const expected = fields[kind as keyof typeof fields];
  for (const name of Object.keys(schedule)) {
    const ok = name === "kind" || expected.includes(name);
    check(
      place,
      `${key}.${name}`,
      ok,
      `absent (a ${String(kind)} schedule has ${expected.join(", ")})`,
      schedule[name],
    );
  }
  if (kind === "steps") {
    const at = schedule["at"];
    const isPair = (pair: unknown) =>
      Array.isArray(pair) && pair.length === 2 && pair.every((v) => Number.isFinite(v));
    check(
      place,
      `${key}.at`,
      Array.isArray(at) && at.length > 0 && at.every(isPair),
      "a list of [epoch, value] pairs",
      at,
    );
    for (const [, level] of at as [number, number][]) must.beNumber(place, `${key}.at`, level, min, max);
    return;
  }
  if (kind === "warmup") {
    must.beInteger(place, `${key}.epochs`, schedule["epochs"], 1);
    must.beNumber(place, `${key}.from`, schedule["from"], min, max);
    const nested = (schedule["after"] as { kind?: unknown } | null | undefined)?.kind === "warmup";
    check(
      place,
      `${key}.after`,
      !nested,
      "a number or a schedule of another kind than warmup",
      schedule["after"],
    );
    checkSchedule(place, `${key}.after`, schedule["after"], min, max);
    return;
  }
  for (const name of expected) {
    const isLevel = name !== "factor";
    must.beNumber(place, `${key}.${name}`, schedule[name], isLevel ? min : 0, isLevel ? max : Infinity);
  }
  if (kind === "log_linear") {
    for (const name of expected)
      check(place, `${key}.${name}`, (schedule[name] as number) > 0, "above 0", schedule[name]);
  }
}
