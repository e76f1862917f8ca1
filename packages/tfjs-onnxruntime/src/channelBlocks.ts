import type { Device } from "./device";
import { encodeOnnx } from "./onnxModel";

/** ONNX Runtime's operators on images whose channels lie in blocks: `[batch, channels / block, height, width, block]`. */
export const blockedDomain = "com.microsoft.nchwc";

const channels = 64;
/** Numbers that the back end gives to nothing. */
const program = -1;
const [source, result] = [-1, -2];

/**
 * Channels in a block as ONNX Runtime wants them on this processor, 0 where it has no such operators.
 *
 * Brings an image of two pixels with 64 channels, numbered by channel and then pixel, into blocks: the second pixel of
 * the first channel comes after the first block.
 */
export async function findChannelBlock(device: Device): Promise<number> {
  const shape = [1, channels, 1, 2];
  const bytes = encodeOnnx({
    nodes: [
      {
        op: "ReorderInput",
        inputs: ["x"],
        outputs: ["y"],
        domain: blockedDomain,
        attributes: { channels_last: { int: 0 } },
      },
    ],
    inputs: [{ name: "x", type: "float32", shape }],
    outputs: [{ name: "y", type: "float32", shape }],
    constants: [],
  });
  const image = Float32Array.from({ length: 2 * channels }, (_, i) => i);
  const input = {
    name: "x",
    type: "float32",
    shape,
    packed: false,
    leaves: [0],
    sizes: [image.length],
  } as const;
  device.send(["upload", source, "float32", shape, image]);
  device.send([
    "compile",
    program,
    { bytes, inputs: [input], outputs: [{ name: "y", type: "float32", shape }], keepsMemory: false },
  ]);
  const none = { float32: new Float32Array(0), int32: new Int32Array(0), bool: new Uint8Array(0) };
  device.send(["run", program, { leaves: [source], results: [result], inline: none }]);
  try {
    const block = (await device.read(result)).indexOf(1);
    return block > 1 && channels % block === 0 ? block : 0;
  } catch {
    return 0;
  } finally {
    device.send(["free", source]);
    device.send(["free", result]);
    device.send(["forget", program]);
  }
}
