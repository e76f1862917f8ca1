import { RecordError } from "./errors";
import type { StoredTensor } from "./tensorFile";

/** A tensor that is expected, by name and shape. */
export interface ExpectedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Checks that a section holds these tensors and no others, of their shapes, in finite numbers.
 * @param place the file, and the section where that helps.
 * @throws RecordError that names the tensor, what was expected and what came.
 */
export function checkTensors(
  stored: ReadonlyMap<string, StoredTensor>,
  expected: readonly ExpectedTensor[],
  place: string,
): void {
  for (const { name, shape } of expected) {
    const tensor = stored.get(name);
    if (!tensor)
      throw new RecordError(`${place}: the checkpoint lacks the tensor "${name}" this network has.`);
    checkTensor(tensor, name, shape, place);
  }
  if (stored.size === expected.length) return;
  const names = new Set(expected.map(({ name }) => name));
  const extra = [...stored.keys()].find((name) => !names.has(name));
  throw new RecordError(`${place}: the checkpoint holds the tensor "${extra}", which this network has not.`);
}

/** @throws RecordError unless a tensor has this shape, and finite numbers. */
export function checkTensor(
  { shape, values }: StoredTensor,
  name: string,
  expected: readonly number[],
  place: string,
): void {
  if (shape.join() !== expected.join()) {
    throw new RecordError(
      `${place}: tensor "${name}" should have shape [${expected.join(", ")}], the checkpoint has [${shape.join(", ")}].`,
    );
  }
  const wrong = values.findIndex((value: number) => !Number.isFinite(value));
  if (wrong < 0) return;
  throw new RecordError(
    `${place}: tensor "${name}" should hold finite numbers, got ${values[wrong]} at place ${wrong}. Resume from an older checkpoint, or start again.`,
  );
}
