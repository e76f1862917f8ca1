import { flag, integer, number, oneOf, schedule, section, text } from "./section";

/**
 * What settings of a strategy of one's own are declared with: `settings.section(about, fields)`, and a field by its kind,
 * `settings.schedule({ default: 0, min: 0, meaning: "..." })`.
 *
 * @example
 * ```ts
 * const { settings } = bars.config;
 * const rate = settings.schedule({ default: 0, min: 0, max: 0.9, meaning: "Share that is dropped." });
 * console.log(rate.default, rate.meaning); // 0 Share that is dropped.
 * ```
 */
export const settings = { section, integer, number, flag, text, oneOf, schedule } as const;
