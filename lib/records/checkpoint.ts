import { RecordError } from "../util/errors";
import { parseJson } from "../util/parseJson";
import type { Shape } from "../util/shape";
import type { StoredTensor, TensorFile } from "../util/tensorFile";

/** What a checkpoint's metadata must say. */
export interface CheckpointForm {
  /** E.g. "a checkpoint of a search". */
  readonly what: string;
  readonly kind: string;
  /** Written now: with the hash of the content. */
  readonly schema: string;
  /** The schema before it, without that hash, which is still read. */
  readonly unhashedSchema: string;
  /** What the metadata hold beside `kind`, `schema` and `configHash`, and nothing more. */
  readonly fields: readonly string[];
  /** What its tensors' names begin with, before the first `/`. */
  readonly sections: readonly string[];
}

/** A search's checkpoint; a training may start from its weights. */
export const searchCheckpointForm: CheckpointForm = {
  what: "a checkpoint of a search",
  kind: "bars.search-checkpoint",
  schema: "3",
  unhashedSchema: "2",
  fields: ["backend", "position", "weightDecay", "optimizerSteps"],
  sections: ["weights", "statistics", "alphas", "weightOptimizer", "alphaOptimizer"],
};

/**
 * Checks what a checkpoint says of itself. One of the present schema states the hash of its content, which reading has
 * checked (`readTensorFile`). One of the schema before has none, and must hold exactly the metadata that schema had:
 * a file whose hash was lost is no older one.
 *
 * @param configHash of the run it should belong to, and what to do where it does not.
 * @throws RecordError that names the file, the field, what was expected and what came.
 */
export function checkCheckpoint(
  path: string,
  { metadata, tensors, hashed }: TensorFile,
  form: CheckpointForm,
  run: { readonly configHash: string; readonly remedy: string },
): void {
  const expect = (field: string, expected: string, remedy: string) => {
    const got = metadata[field];
    if (got === expected) return;
    const came = got === undefined ? "nothing" : `"${got}"`;
    throw new RecordError(`${path}: ${field} should be "${expected}", got ${came}. ${remedy}`);
  };
  expect("kind", form.kind, `This is not ${form.what}.`);
  if (metadata["schema"] !== form.unhashedSchema)
    expect("schema", form.schema, "It was written by another version of bars; read it with that version.");
  else if (hashed) expect("schema", form.schema, "Its metadata were changed.");
  const known = ["kind", "schema", "configHash", ...form.fields];
  const missing = known.find((field) => !Object.hasOwn(metadata, field));
  if (missing !== undefined) throw damaged(path, `its metadata lack "${missing}"`);
  const extra = Object.keys(metadata).find((field) => !known.includes(field));
  if (extra !== undefined) throw damaged(path, `its metadata hold "${extra}", which ${form.what} has not`);
  const stray = [...tensors.keys()].find((name) => !form.sections.includes(name.split("/")[0] as string));
  if (stray !== undefined) throw damaged(path, `it holds the tensor "${stray}", which ${form.what} has not`);
  expect("configHash", run.configHash, run.remedy);
}

/** A value that the metadata hold as JSON. @throws RecordError that names file, entry and field. */
export function checkpointValue<T>(
  path: string,
  metadata: Readonly<Record<string, string>>,
  field: string,
  shape: Shape<T>,
): T {
  let value: unknown;
  try {
    value = parseJson(metadata[field] ?? "");
  } catch (cause) {
    throw damaged(path, `its ${field} should be JSON (${(cause as Error).message})`);
  }
  shape.check(value, `${path}: ${field}`);
  return value as T;
}

/** The tensors of one section, by their names in it. */
export function section(tensors: ReadonlyMap<string, StoredTensor>, name: string): Map<string, StoredTensor> {
  const found = new Map<string, StoredTensor>();
  for (const [key, tensor] of tensors)
    if (key.startsWith(`${name}/`)) found.set(key.slice(name.length + 1), tensor);
  return found;
}

function damaged(path: string, what: string): RecordError {
  return new RecordError(
    `${path}: ${what}; the file is damaged or was changed. Delete it and resume from an older checkpoint, or start again.`,
  );
}
