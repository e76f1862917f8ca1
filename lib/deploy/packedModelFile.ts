import { readFileSync } from "node:fs";
import type { PackedModel } from "../packed/packedModel";
import { packedModelOf } from "../packed/readModel";
import { packedModelBytes } from "../packed/writeModel";
import { writeFileAtomic } from "../util/atomicFile";
import { RecordError } from "../util/errors";

/**
 * Writes a packed model to a `.bars` file, atomically.
 * @throws RecordError for weights that do not fit the model, and where the file cannot be written.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ width: 0.125, imageSize: 8 });
 * const model = bars.packed.packDrawn({ kind: "baseline", name: "small", ...network }, bars.randomKey(0));
 * bars.packed.writePackedModel("runs/small.bars", model);
 * console.log(bars.packed.readPackedModel("runs/small.bars").header.model.name); // small
 * ```
 */
export function writePackedModel(path: string, model: PackedModel): void {
  writeFileAtomic(path, [packedModelBytes(model)]);
}

/**
 * Reads a `.bars` file; everything is checked first (`packedModelOf`).
 * @throws RecordError that names the file, what was expected and what came.
 *
 * @example
 * ```ts
 * try {
 *   bars.packed.readPackedModel("data/records/none.bars");
 * } catch (error) {
 *   console.log(error instanceof bars.errors.RecordError); // true
 * }
 * ```
 */
export function readPackedModel(path: string): PackedModel {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new RecordError(
      `${path}: expected a packed model, could not read it: ${(cause as Error).message}.`,
      { cause },
    );
  }
  return packedModelOf(bytes, path);
}
