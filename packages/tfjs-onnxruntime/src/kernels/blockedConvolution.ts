import { blockedDomain } from "../channelBlocks";
import type { GraphBuilder } from "../graphBuilder";
import type { GraphTensor } from "../graphTensor";
import type { EmitOptions } from "../graphValues";
import type { Four } from "./convolutionInfo";

/**
 * An ordinary convolution of a channels-first image, in groups of one. `kernel` is `[height, width, channels, filters]`;
 * where `swapped`, its filters are the image's channels.
 *
 * Where both numbers of channels are multiples of the processor's block, ONNX Runtime convolves images in blocks without
 * writing out every window; that is worth bringing the image there and back. Kernels of one pixel have no windows.
 */
export function convolveImage(
  g: GraphBuilder,
  image: GraphTensor,
  kernel: GraphTensor,
  swapped: boolean,
  shape: readonly number[],
  attributes: NonNullable<EmitOptions["attributes"]>,
): GraphTensor {
  const w = g.plain(kernel);
  const [height, width, channels, filters] = w.shape as Four;
  const block = g.channelBlock;
  if (block === 0 || channels % block > 0 || filters % block > 0 || height * width === 1) {
    const turned = g.transpose(w, swapped ? [2, 3, 0, 1] : [3, 2, 0, 1]);
    return g.emit("Conv", [image, turned], shape, { channelsFirst: true, attributes });
  }
  const inBlocks = g.reshape(w, [height, width, channels / block, block, filters / block, block]);
  const ordered = g.transpose(inBlocks, swapped ? [2, 4, 0, 1, 5, 3] : [4, 2, 0, 1, 3, 5]);
  const [outputs, inputs] = swapped ? [channels, filters] : [filters, channels];
  const blockedKernel = g.reshape(ordered, [outputs, inputs, height, width]);
  const options = { channelsFirst: true, domain: blockedDomain };
  const blocked = g.emit("ReorderInput", [image], image.shape, {
    ...options,
    attributes: { channels_last: { int: 0 } },
  });
  const group = { int: 1 };
  const result = g.emit("Conv", [blocked, blockedKernel], shape, {
    ...options,
    attributes: { ...attributes, group },
  });
  return g.emit("ReorderOutput", [result], shape, {
    ...options,
    attributes: { channels: { int: outputs }, channels_last: { int: 0 } },
  });
}
