import { flag, integer, number, oneOf, schedule, section, text } from "./section";

/**
 * What settings of a strategy of one's own are declared with: `settings.section(about, fields)`, and a field by its kind,
 * `settings.schedule({ default: 0, min: 0, meaning: "..." })`.
 */
export const settings = { section, integer, number, flag, text, oneOf, schedule } as const;
