import { libraryRule, placeText, ruleChoiceOf, type Settings } from "./settings";

/** A value as code: JSON with keys bare where they may be, spaced as people write it. */
export function codeOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(codeOf).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  const entries = Object.entries(value).map(
    ([key, part]) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)}: ${codeOf(part)}`,
  );
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** The call that derives the same in a cell or program; `expression` stands for the record. */
export function deriveCode(expression: string, settings: Settings): string {
  const { place } = settings;
  const input = `bars.deriveInputOf(${place === "fit" ? expression : `${expression}, ${codeOf(place)}`})`;
  const rule = libraryRule(settings.rule);
  if (rule === null) return `bars.derive(${input}, ${settings.rule})`;
  const choice = ruleChoiceOf(settings);
  const keyed = rule.needsKey
    ? `{ ...${input}, key: bars.fold(bars.randomKey(${settings.seed}), "derive") }`
    : input;
  return `bars.derive(${keyed}, ${codeOf(choice)})`;
}

/** Settings in a few words: "top_k, k 3, epoch 5". Epochs are counted from 1, as on the command line. */
export function settingsText(settings: Settings, search?: string): string {
  const choice = ruleChoiceOf(settings);
  const options =
    typeof choice === "string" ? [] : Object.entries(choice).filter(([name]) => name !== "rule");
  const drawn = libraryRule(settings.rule)?.needsKey ? [`seed ${settings.seed}`] : [];
  return [
    settings.rule,
    ...options.map(([name, value]) => `${name} ${typeof value === "string" ? value : codeOf(value)}`),
    ...drawn,
    placeText(settings.place),
    ...(search === undefined ? [] : [search]),
  ].join(", ");
}
