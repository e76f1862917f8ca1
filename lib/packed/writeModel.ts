import { sha256 } from "@noble/hashes/sha2";
import { utf8ToBytes } from "@noble/hashes/utils";
import { RecordError } from "../util/errors";
import { fileLayout, fileOrder, tensorBytes } from "./fileLayout";
import { checkHeader } from "./headerShape";
import { packedText } from "./headerText";
import type { PackedModel } from "./packedModel";
import { type PackedTensor, plannedTensors } from "./tensors";

/**
 * The bytes of a packed model's file ({@link fileLayout}).
 * @throws RecordError for a tensor that is missing, of another length or not finite; for a header that could not be read again, as
 * `readPackedModel` does.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ width: 0.125, imageSize: 8 });
 * const model = bars.packed.packDrawn({ kind: "baseline", name: "small", ...network }, bars.randomKey(0));
 * console.log(new TextDecoder().decode(bars.packed.packedModelBytes(model).subarray(0, 4))); // BARS
 * ```
 */
export function packedModelBytes({ header, tensors }: PackedModel): Uint8Array {
  checkHeader(header, "packed model: header");
  const planned = fileOrder(plannedTensors(header.model, header.binarization));
  const weights = planned.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  const text = packedText(JSON.stringify(header));
  const { magic, version, start, checksum } = fileLayout;
  const bytes = new Uint8Array(start + text.length + weights + checksum);
  const view = new DataView(bytes.buffer);
  bytes.set(utf8ToBytes(magic));
  for (const [i, value] of [version, text.length, weights].entries()) view.setUint32(4 + 4 * i, value, true);
  bytes.set(text, start);
  let at = start + text.length;
  for (const { name, kind, length } of planned) {
    const tensor = tensors.get(name);
    if (tensor?.length !== length || tensor instanceof Float32Array !== (kind === "real"))
      throw new RecordError(
        `packed model: "${name}" should hold ${length} values, got ${tensor?.length ?? "nothing"}.`,
      );
    writeTensor(bytes, view, at, name, tensor);
    at += tensorBytes({ kind, length });
  }
  bytes.set(sha256(bytes.subarray(0, at)).subarray(0, checksum), at);
  return bytes;
}

function writeTensor(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  name: string,
  tensor: PackedTensor,
): void {
  for (const [i, value] of tensor.entries()) {
    if (!Number.isFinite(value))
      throw new RecordError(
        `packed model: "${name}" should hold finite numbers, got ${value} at place ${i}.`,
      );
    if (tensor instanceof Float32Array) view.setFloat32(at + 4 * i, value, true);
    else if (value === 1) bytes[at + (i >> 3)] = (bytes[at + (i >> 3)] as number) | (1 << (i & 7));
  }
}
