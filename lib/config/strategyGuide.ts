import { otherCures } from "./strategies/otherCures";
import { builtInStrategies, strategies } from "./strategies/strategies";
import type { StrategyEntry } from "./strategies/strategy";

export type { StrategyEntry } from "./strategies/strategy";

/**
 * Every strategy of the library that a search can combine, and cures that are settings of other sections.
 * `docs/strategies.md` holds this; a test holds each setting against the config.
 *
 * @example
 * ```ts
 * console.log(bars.config.strategyGuide.some(({ name }) => name === "warm-up")); // true
 * ```
 */
export const strategyGuide: readonly StrategyEntry[] = [
  ...otherCures,
  ...Object.values(builtInStrategies).flatMap(({ guide }) => guide),
];

/** The guide with the strategies of the user's own, as `bars search --list-strategies` prints it. */
function strategyEntries(): readonly StrategyEntry[] {
  return [...otherCures, ...strategies.names.flatMap((name) => strategies.get(name).guide)];
}

/**
 * The guide as plain text, for a terminal.
 *
 * @example
 * ```ts
 * console.log(bars.config.strategyText().length > 1000); // true
 * ```
 */
export function strategyText(): string {
  return strategyEntries()
    .map(({ name, settings, formula, defaults, source, use }) =>
      [
        name,
        `  formula   ${formula}`,
        `  defaults  ${defaults}`,
        `  source    ${source}`,
        `  use       ${use}`,
        ...settings.map((setting) => `  --set     '${setting}'`),
      ].join("\n"),
    )
    .join("\n\n");
}

/**
 * The guide as Markdown, one section a strategy.
 *
 * @example
 * ```ts
 * console.log(bars.config.strategyMarkdown().includes("arXiv:1904.12760")); // true
 * ```
 */
export function strategyMarkdown(): string {
  return strategyEntries()
    .map(({ name, settings, formula, defaults, source, use }) =>
      [
        `## ${(name[0] as string).toUpperCase()}${name.slice(1)}`,
        "",
        `- Formula: ${formula}`,
        `- Defaults: ${defaults}`,
        `- Source: ${source}`,
        `- When it helps: ${use}`,
        "",
        "```sh",
        `bars search ${settings.map((setting) => `--set '${setting}'`).join(" ")}`,
        "```",
        "",
      ].join("\n"),
    )
    .join("\n");
}
