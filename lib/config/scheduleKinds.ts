import { type Variant, VariantTable } from "../util/variantTable";
import type { Range } from "./check";

/**
 * What a field of a schedule holds: "level", a value within the bounds of the setting; "positive level", one above 0 too;
 * "epochs", so many of the run's; "steps", `[epoch, level]` pairs that ascend in epoch; "schedule", another one; bounds: a
 * number within them.
 */
export type ScheduleField = "level" | "positive level" | "epochs" | "steps" | "schedule" | Range;

const fields = {
  linear: { from: "level", to: "level" },
  cosine: { from: "level", to: "level" },
  exponential: { from: "level", factor: { min: 0 }, min: "level" },
  log_linear: { from: "positive level", to: "positive level" },
  steps: { at: "steps" },
  warmup: { epochs: "epochs", from: "level", after: "schedule" },
} as const satisfies Readonly<Record<string, Readonly<Record<string, ScheduleField>>>>;

export type BuiltInSchedule = keyof typeof fields;

type Held<F> = F extends "steps"
  ? readonly (readonly [number, number])[]
  : F extends "schedule"
    ? Exclude<Schedule, { readonly kind: "warmup" }>
    : number;
type ScheduleOf<K extends BuiltInSchedule> = { readonly kind: K } & {
  readonly [F in keyof (typeof fields)[K]]: Held<(typeof fields)[K][F]>;
};

/** A schedule of a kind that `defineSchedule` defined: its kind and its numbers. */
export interface OwnSchedule {
  readonly kind: string & {};
  readonly [field: string]: number | string;
}

/**
 * A number that changes over the epochs of a run: a plain number is constant, everything else is a kind with its fields
 * (formulas: {@link builtInSchedules}).
 *
 * The epoch need not be whole: a rate that changes at every step is the value at `epoch + step / steps`.
 */
export type Schedule = number | { [K in BuiltInSchedule]: ScheduleOf<K> }[BuiltInSchedule] | OwnSchedule;

/** Where a run stands. */
export interface ScheduleMoment {
  /** Counted from 0. */
  readonly epoch: number;
  /** How many there are. */
  readonly epochs: number;
  /** `min(epoch / (epochs − 1), 1)`; 0 where there is one epoch. */
  readonly progress: number;
  /** The value of another schedule. */
  readonly levelOf: (schedule: Schedule, epoch: number, epochs: number) => number;
}

/** One way for a number to change. */
export interface ScheduleKind extends Variant {
  /** With `e` the epoch from 0 and `E` the number of epochs, in plain text. */
  readonly formula: string;
  /** Paper it comes from; left out: none. */
  readonly source?: string;
  readonly fields: Readonly<Record<string, ScheduleField>>;
  value(schedule: Readonly<Record<string, unknown>>, moment: ScheduleMoment): number;
}

/** The kinds of the library. */
const builtInSchedules = {
  linear: {
    name: "linear",
    formula: "from + (to − from) · e / (E − 1)",
    fields: fields.linear,
    value: ({ from, to }: ScheduleOf<"linear">, { progress }) => from + (to - from) * progress,
  },
  cosine: {
    name: "cosine",
    formula: "to + (from − to) · (1 + cos(π e / E)) / 2",
    source: "Loshchilov & Hutter 2017, arXiv:1608.03983",
    fields: fields.cosine,
    value: ({ from, to }: ScheduleOf<"cosine">, { epoch, epochs }) =>
      to + ((from - to) * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2,
  },
  exponential: {
    name: "exponential",
    formula: "max(min, from · factor^e)",
    fields: fields.exponential,
    value: ({ from, factor, min }: ScheduleOf<"exponential">, { epoch }) =>
      Math.max(min, from * factor ** epoch),
  },
  log_linear: {
    name: "log_linear",
    formula: "10^(log10 from + (e / (E − 1)) · (log10 to − log10 from))",
    source: "IR-Net, arXiv:1909.10788",
    fields: fields.log_linear,
    value: ({ from, to }: ScheduleOf<"log_linear">, { progress }) =>
      10 ** (Math.log10(from) + progress * (Math.log10(to) - Math.log10(from))),
  },
  steps: {
    name: "steps",
    formula: "the value of the last [epoch, value] pair whose epoch is not after e",
    fields: fields.steps,
    value({ at }: ScheduleOf<"steps">, { epoch }) {
      let value = at[0]?.[1] ?? 0;
      for (const [from, next] of at) if (epoch >= from) value = next;
      return value;
    },
  },
  warmup: {
    name: "warmup",
    formula:
      "over the first `epochs` epochs from + (after(0) − from) · e / epochs; from there on `after`, its epochs counted anew",
    source: "Goyal et al. 2017, arXiv:1706.02677, section 2.2",
    fields: fields.warmup,
    value(schedule: ScheduleOf<"warmup">, { epoch, epochs, levelOf }) {
      const left = Math.max(epochs - schedule.epochs, 1);
      if (epoch >= schedule.epochs) return levelOf(schedule.after, epoch - schedule.epochs, left);
      const first = levelOf(schedule.after, 0, left);
      return schedule.from + ((first - schedule.from) * epoch) / schedule.epochs;
    },
  },
} as const satisfies Readonly<Record<BuiltInSchedule, KindOf>>;

/** A kind whose value reads its own fields. */
interface KindOf extends Omit<ScheduleKind, "value"> {
  value(schedule: never, moment: ScheduleMoment): number;
}

/**
 * All kinds of schedules by name: the library's, and those of `defineSchedule`.
 *
 * @example
 * ```ts
 * console.log(bars.config.scheduleKinds.builtInNames.join(" ")); // linear cosine exponential log_linear steps warmup
 * ```
 */
export const scheduleKinds = new VariantTable<ScheduleKind, BuiltInSchedule>(
  "schedule",
  "defineSchedule",
  builtInSchedules as Readonly<Record<BuiltInSchedule, KindOf>> as Readonly<
    Record<BuiltInSchedule, ScheduleKind>
  >,
);
