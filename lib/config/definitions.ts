import { RecordError } from "../util/errors";
import { showValue } from "../util/showValue";
import { type Definition, definitionOf, tableOf } from "../util/variantTable";
import { eachField, eachOwn, type Section } from "./section";

/**
 * The variants of the user's own that complete settings name, each once, in the order of the settings; undefined where
 * they name none, so that records of runs without any have no such field.
 */
export function definitionsIn(declared: Section, config: object): readonly Definition[] | undefined {
  const found = new Map<string, Definition>();
  eachField(
    declared,
    (path, field) => {
      const value = path.reduce<unknown>((part, key) => (part as Record<string, unknown>)?.[key], config);
      if (value === undefined) return;
      for (const one of field.definitionsIn?.(value) ?? []) found.set(`${one.kind} ${one.name}`, one);
    },
    config,
  );
  eachOwn(declared, config, (table, name) => {
    for (const one of definitionOf(table, name)) found.set(`${one.kind} ${one.name}`, one);
  });
  return found.size === 0 ? undefined : [...found.values()];
}

/** The same as the field of a record or genotype: `{ defined: [...] }`, or nothing. */
export function definedField(
  declared: Section,
  config: object,
): { readonly defined?: readonly Definition[] } {
  const defined = definitionsIn(declared, config);
  return defined === undefined ? {} : { defined };
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
