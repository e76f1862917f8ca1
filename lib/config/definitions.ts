import { activationBinarizers, weightBinarizers } from "../primitives/binarizers";
import { primitives } from "../primitives/primitives";
import { RecordError } from "../util/errors";
import { showValue } from "../util/showValue";
import type { Variant, VariantTable } from "../util/variantTable";
import { datasets } from "./datasets";

/** A user's variant that a record or genotype holds: whoever reads it must have defined it, of this version. */
export interface Definition {
  /** "primitive", "data set". */
  readonly kind: string;
  readonly name: string;
  readonly version: number;
}

/** The settings that may name variants, of whatever config. */
export interface NamingSettings {
  readonly space?: { readonly primitives: readonly string[] };
  readonly data?: { readonly dataset: string };
  readonly binarization?: { readonly activation: string; readonly weight: string };
}

interface Source {
  readonly table: VariantTable<Variant>;
  readonly named: (settings: NamingSettings) => readonly string[];
}

/** Where settings name variants that users may define. */
const sources: readonly Source[] = [
  { table: primitives, named: ({ space }) => space?.primitives ?? [] },
  {
    table: activationBinarizers,
    named: ({ binarization }) => (binarization ? [binarization.activation] : []),
  },
  { table: weightBinarizers, named: ({ binarization }) => (binarization ? [binarization.weight] : []) },
  { table: datasets, named: ({ data }) => (data ? [data.dataset] : []) },
];

/**
 * The user's variants that settings name, as the field of a record: `{ defined: [...] }`, or nothing where all are the
 * library's own, so that records without any are what they always were.
 */
export function definedIn(settings: NamingSettings): { readonly defined?: readonly Definition[] } {
  const defined = sources.flatMap(({ table, named }) =>
    named(settings).flatMap((name) => {
      const version = table.versionOf(name);
      return version === null ? [] : [{ kind: table.kind, name, version }];
    }),
  );
  return defined.length === 0 ? {} : { defined };
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
    const table = sources.find((source) => source.table.kind === kind)?.table;
    if (!table) {
      const kinds = sources.map((source) => `"${source.table.kind}"`).join(", ");
      throw new RecordError(`${at}.kind must be one of ${kinds}, got ${showValue(kind)}.`);
    }
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
