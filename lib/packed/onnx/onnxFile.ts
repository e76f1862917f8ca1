import { bytesOfType, decodeOnnx, encodeOnnx, type OnnxGraph } from "tfjs-onnxruntime/onnx";
import { canonicalJson } from "../../util/canonicalJson";
import { RecordError } from "../../util/errors";
import { parseJson } from "../../util/parseJson";
import { checkHeader } from "../headerShape";
import type { PackedHeader, PackedModel } from "../packedModel";
import { onnxGraph, onnxNames } from "./onnxGraph";

/** An ONNX file of this library, read. */
export interface OnnxContent {
  readonly header: PackedHeader;
  readonly graph: OnnxGraph;
}

/**
 * The bytes of an ONNX file with the float network that a packed model stands for: operator set 13, IR version 7, every binary weight
 * as −1 or +1, signs of standard operators (+1 of 0), batch norms folded, images `[N, channels, height, width]` normalised in, logits
 * `[N, classes]` out, and in the metadata all that the model's header says (`bars.model`, `bars.provenance`, …).
 *
 * The bytes are read again before they are given out ({@link readOnnx}), and what was read is compared with what was meant.
 *
 * @throws RecordError for tensors that do not fit the model or are not finite.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ width: 0.125, imageSize: 8 });
 * const model = bars.packed.packDrawn({ kind: "baseline", name: "small", ...network }, bars.randomKey(0));
 * const { header, graph } = bars.packed.readOnnx(bars.packed.onnxBytes(model));
 * console.log(header.model.name, graph.nodes[0].op, graph.about.operatorSet); // small Conv 13
 * ```
 */
export function onnxBytes(model: PackedModel): Uint8Array {
  const graph = onnxGraph(model);
  for (const { name, type, bytes } of graph.constants) {
    if (type !== "float32") continue;
    const wrong = new Float32Array(bytes.buffer).findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new RecordError(`onnx: "${name}" should hold finite numbers, got another at place ${wrong}.`);
  }
  const bytes = encodeOnnx(graph);
  const read = readOnnx(bytes, "onnx");
  const same =
    canonicalJson(read.header) === canonicalJson(model.header) &&
    canonicalJson(read.graph.nodes) === canonicalJson(graph.nodes) &&
    read.graph.constants.length === graph.constants.length &&
    graph.constants.every(({ name, bytes: meant }, i) => {
      const found = read.graph.constants[i];
      return found?.name === name && found.bytes.every((byte, at) => byte === meant[at]);
    });
  if (!same) throw new RecordError("onnx: the file that was made does not read back as what was meant.");
  return bytes;
}

/**
 * Reads an ONNX file of this library and checks it: that every operator reads values that are there before it, that no value is made
 * twice, that constants have as many bytes as their shapes say, that the images enter and the logits leave, and that its metadata are
 * a header.
 *
 * @param place the file, for messages.
 * @throws RecordError that says what was expected and what came.
 *
 * @example
 * ```ts
 * try {
 *   bars.packed.readOnnx(new Uint8Array(3), "mine.onnx");
 * } catch (error) {
 *   console.log(error instanceof bars.errors.RecordError); // true
 * }
 * ```
 */
export function readOnnx(bytes: Uint8Array, place = "onnx"): OnnxContent {
  let graph: ReturnType<typeof decodeOnnx>;
  try {
    graph = decodeOnnx(bytes);
  } catch (cause) {
    throw new RecordError(
      `${place}: expected an ONNX file written by bars, could not read it (${(cause as Error).message}).`,
      { cause },
    );
  }
  checkValues(graph, place);
  const { metadata, producer } = graph.about;
  if (producer !== "bars")
    throw new RecordError(`${place}: expected an ONNX file written by bars, got one of "${producer}".`);
  const header = Object.fromEntries(
    Object.entries(metadata)
      .filter(([name]) => name.startsWith("bars."))
      .map(([name, text]) => [name.slice(5), fieldOf(text, `${place}: metadata ${name}`)]),
  );
  return { header: checkHeader(header, `${place}: metadata`), graph };
}

function fieldOf(text: string, place: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new RecordError(`${place} should be JSON (${(cause as Error).message}).`, { cause });
  }
}

function checkValues({ nodes, constants, inputs, outputs }: OnnxGraph, place: string): void {
  const there = new Set<string>();
  const add = (name: string) => {
    if (there.has(name))
      throw new RecordError(`${place}: the value "${name}" should be made once, is twice.`);
    there.add(name);
  };
  for (const { name } of inputs) add(name);
  for (const { name, type, shape, bytes } of constants) {
    add(name);
    const expected = bytesOfType[type] * shape.reduce((product, extent) => product * extent, 1);
    if (bytes.length !== expected)
      throw new RecordError(
        `${place}: "${name}" of shape [${shape.join(", ")}] should have ${expected} bytes, got ${bytes.length}.`,
      );
  }
  for (const { name, inputs: read, outputs: made } of nodes) {
    const missing = read.find((value) => value !== "" && !there.has(value));
    if (missing !== undefined)
      throw new RecordError(`${place}: "${name}" reads "${missing}", which nothing before it makes.`);
    for (const value of made) add(value);
  }
  for (const [list, expected] of [
    [inputs, onnxNames.images],
    [outputs, onnxNames.logits],
  ] as const)
    if (list.length !== 1 || list[0]?.name !== expected || !there.has(expected))
      throw new RecordError(`${place}: "${expected}" should be all that enters or leaves there.`);
}
