import { RecordError } from "../util/errors";
import { showValue } from "../util/showValue";
import { type Definition, definitionOf, tableOf } from "../util/variantTable";
import { eachField, eachOwn, type Section } from "./section";

/** The variants of the user's own that complete settings name, in the order of the settings. */
function definitionsIn(declared: Section, config: object): Definition[] {
  const found: Definition[] = [];
  eachField(
    declared,
    (path, field) => {
      const value = path.reduce<unknown>((part, key) => (part as Record<string, unknown>)?.[key], config);
      if (value === undefined) return;
      found.push(...(field.definitionsIn?.(value) ?? []));
    },
    config,
  );
  eachOwn(declared, config, (table, name) => {
    found.push(...definitionOf(table, name));
  });
  return found;
}

/** Settings, and the section that declares them. */
export type DeclaredSettings = readonly [declared: Section, settings: object];

/** The variants of the user's own that several settings name, each once, as a record's field: `{ defined: [...] }`, or nothing. */
export function definedField(...parts: readonly DeclaredSettings[]): {
  readonly defined?: readonly Definition[];
} {
  const found = new Map<string, Definition>();
  for (const [declared, settings] of parts)
    for (const one of definitionsIn(declared, settings)) found.set(`${one.kind} ${one.name}`, one);
  return found.size === 0 ? {} : { defined: [...found.values()] };
}

/**
 * Checks that what a record says it holds is defined here, of the same version.
 * @throws RecordError that says what to define.
 */
export function checkDefined(value: unknown, place: string): void {
  if (!Array.isArray(value))
    throw new RecordError(`${place}: defined must be a list, got ${showValue(value)}.`);
  for (const [i, entry] of value.entries()) {
    const at = `${place}: defined[${i}]`;
    const { kind, name, version } = (
      typeof entry === "object" && entry !== null ? entry : {}
    ) as Partial<Definition>;
    const table = typeof kind === "string" ? tableOf(kind) : undefined;
    if (!table) throw new RecordError(`${at}.kind must be a kind of variants, got ${showValue(kind)}.`);
    if (typeof name !== "string" || !Number.isInteger(version))
      throw new RecordError(`${at} must have a name and a version, got ${showValue(entry)}.`);
    const here = table.versionOf(name);
    if (here === version) continue;
    const call = `${table.defineName}({ name: "${name}", version: ${version}, ... })`;
    const found = here === null ? "which is not defined here" : `here it is version ${here}`;
    throw new RecordError(
      `${place}: holds the ${table.kind} "${name}", version ${version}; ${found}. Call ${call} before you read it ` +
        "(in a notebook in a cell above; in the shell in a module that --define names).",
    );
  }
}
