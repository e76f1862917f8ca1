import { interleaveChannels, scaledConv, tf, weightedSum } from "../backend";
import { ShapeError } from "../util/errors";

/** Settings of {@link binaryConv2d}. */
export interface BinaryConv2dConfig {
  /** Where the layer is, for error messages. */
  readonly name: string;
  readonly stride: 1 | 2;
  /** Distance of neighbouring taps in pixels; 1 without it. */
  readonly dilation?: number;
  /** Value outside the image. */
  readonly border: 0 | 1;
  /** Share of each input channel that exists, `[inChannels]` in [0, 1]; multiplies the channel's whole plane, border included. */
  readonly inputMask?: tf.Tensor1D | null;
}

/**
 * 2-D convolution of a binarized image with a binarized kernel: `y = conv(border(x) · mask, kernel)`.
 *
 * The border is `dilation · (kernel − 1) / 2` pixels on every side and has the value `config.border`: +1 keeps
 * every product a 1-bit operation. Windows are centred on every `stride`-th pixel, the first included. The mask
 * is multiplied into the kernel, which is the same number and costs nothing; a channel of mask 0 contributes
 * exactly 0 at the border too.
 *
 * Shapes (NHWC): `x` `[batch, height, width, inChannels]`, float32 of −1 and +1 (any values are computed
 * correctly); `kernel` `[k, k, inChannels, outChannels]`, `k` odd; result
 * `[batch, ceil(height / stride), ceil(width / stride), outChannels]`.
 *
 * @throws ShapeError if channel counts differ, the kernel is even or not square, or the mask has another length.
 *
 * References: Rastegari et al. 2016, arXiv:1603.05279 (binary convolution).
 */
export function binaryConv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, config: BinaryConv2dConfig): tf.Tensor4D {
  checkConv("binaryConv2d", x, kernel, config.name);
  return tf.tidy(() => convolveBits(x, denseKernel(kernel, config), config.stride, config.border));
}

/**
 * The kernel as the engine sees it: input mask multiplied in, gaps of a dilated kernel filled with zeros.
 * Shape `[reach, reach, inChannels, outChannels]`, `reach = dilation · (k − 1) + 1`.
 */
export function denseKernel(
  kernel: tf.Tensor4D,
  config: Pick<BinaryConv2dConfig, "name" | "inputMask" | "dilation">,
): tf.Tensor4D {
  return dilateKernel(maskKernel(kernel, config), config.dilation ?? 1);
}

/** Convolution of bits with a {@link denseKernel}, border included. `mask`: see {@link borderedBits}. */
export function convolveBits(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  stride: 1 | 2,
  border: 0 | 1,
  mask: tf.Tensor1D | null = null,
  scale: tf.Tensor | null = null,
): tf.Tensor4D {
  return tf.tidy(() =>
    convolveBordered(borderedBits(x, kernel.shape[0], stride, border, mask), kernel, stride, scale),
  );
}

/** Bits made ready for every {@link denseKernel} of one size: {@link borderedBits}. */
export interface BorderedBits {
  readonly image: tf.Tensor4D;
  /** Whether the engine adds the border, of zeros, itself. */
  readonly pad: "valid" | "same";
}

/**
 * Adds the border of a kernel of height and width `size` once, for all convolutions that read it.
 * @param mask multiplies the channels, border included: for kernels that do not have it in them.
 */
export function borderedBits(
  x: tf.Tensor4D,
  size: number,
  stride: 1 | 2,
  border: 0 | 1,
  mask: tf.Tensor1D | null = null,
): BorderedBits {
  if (size === 1) return { image: maskedImage(x, mask), pad: "valid" };
  if (border === 0 && stride === 1) return { image: maskedImage(x, mask), pad: "same" };
  const image = withBorder(x, (size - 1) / 2, (size - 1) / 2, border);
  return { image: maskedImage(image, mask), pad: "valid" };
}

function maskedImage(x: tf.Tensor4D, mask: tf.Tensor1D | null): tf.Tensor4D {
  return mask ? weightedSum([x], [tf.scalar(1)], mask) : x;
}

/**
 * Convolution of bits that have their border already.
 * @param scale of the kernel, where it takes its gradient without the kernel's (`scaledConv`).
 */
export function convolveBordered(
  bits: BorderedBits,
  kernel: tf.Tensor4D,
  stride: 1 | 2,
  scale: tf.Tensor | null = null,
): tf.Tensor4D {
  if (scale) return scaledConv(bits.image, kernel, scale, stride, bits.pad);
  return tf.conv2d(bits.image, kernel, stride, bits.pad);
}

/** A mask that multiplies the bits instead of the kernels, and the scales of kernels that get their gradients apart. */
export interface BitMask {
  readonly mask: tf.Tensor1D | null;
  readonly scales: readonly [tf.Tensor | null, tf.Tensor | null];
}

const noBitMask: BitMask = { mask: null, scales: [null, null] };

/**
 * Halves the image by two binary convolutions of stride 2 with half the filters each: the windows of the first
 * are centred on pixels `(2i, 2j)`, those of the second one pixel further down and right, so that together they
 * see every diagonal pixel pair. Filter `f` of the first gives channel `2f`, of the second channel `2f + 1`:
 * a narrower layer made of leading filters is the leading part of the wider one.
 *
 * Shapes (NHWC): `x` `[batch, height, width, inChannels]`; each kernel `[k, k, inChannels, outChannels / 2]`;
 * result `[batch, ceil(height / 2), ceil(width / 2), outChannels]`.
 *
 * Note (paper): the authors' framework puts the two halves one after the other, which is the same network up to
 * an order of channels, and replaces the shifted image's missing first row and column by the border.
 *
 * @throws ShapeError as {@link binaryConv2d}, and if the kernels have different shapes.
 */
export function factorizedBinaryConv2d(
  x: tf.Tensor4D,
  kernels: readonly [tf.Tensor4D, tf.Tensor4D],
  config: Omit<BinaryConv2dConfig, "stride">,
  onBits: BitMask = noBitMask,
): tf.Tensor4D {
  const [first, second] = kernels;
  checkConv("factorizedBinaryConv2d", x, first, config.name);
  if (first.shape.join() !== second.shape.join()) {
    throw new ShapeError(
      `${config.name}: factorizedBinaryConv2d expected two kernels of one shape, got [${first.shape.join(", ")}] ` +
        `and [${second.shape.join(", ")}].`,
    );
  }
  return tf.tidy(() => {
    const even = denseKernel(first, config);
    const odd = denseKernel(second, config);
    const reach = (even.shape[0] - 1) / 2;
    const half = (before: number, kernel: tf.Tensor4D, scale: tf.Tensor | null) => {
      const image = withBorder(x, before, 2 * reach - before, config.border);
      return convolveBordered({ image: maskedImage(image, onBits.mask), pad: "valid" }, kernel, 2, scale);
    };
    const atEven = half(reach, even, onBits.scales[0]);
    const atOdd = half(reach - 1, odd, onBits.scales[1]);
    return interleaveChannels(atEven, atOdd);
  });
}

/** Adds `before` rows above and columns left, `after` below and right, of value `border`; −1 cuts one off. */
function withBorder(x: tf.Tensor4D, before: number, after: number, border: 0 | 1): tf.Tensor4D {
  let image = x;
  if (before < 0) {
    const [batch, height, width, channels] = x.shape;
    image = tf.slice(x, [0, 1, 1, 0], [batch, height - 1, width - 1, channels]);
  }
  const top = Math.max(before, 0);
  if (top === 0 && after === 0) return image;
  return tf.pad(
    image,
    [
      [0, 0],
      [top, after],
      [top, after],
      [0, 0],
    ],
    border,
  );
}

function maskKernel(
  kernel: tf.Tensor4D,
  config: Pick<BinaryConv2dConfig, "name" | "inputMask">,
): tf.Tensor4D {
  const { inputMask } = config;
  if (!inputMask) return kernel;
  if (inputMask.size !== kernel.shape[2]) {
    throw new ShapeError(
      `${config.name}: inputMask expected ${kernel.shape[2]} entries (one an input channel), got ${inputMask.size}.`,
    );
  }
  return tf.mul(kernel, tf.reshape(inputMask, [1, 1, inputMask.size, 1]));
}

/**
 * The dense kernel of a dilated one, zeros between the taps. Engines have no gradient of dilated convolutions;
 * of this one all have.
 */
function dilateKernel(kernel: tf.Tensor4D, dilation: number): tf.Tensor4D {
  if (dilation === 1 || kernel.shape[0] === 1) return kernel;
  const [k, , inChannels, outChannels] = kernel.shape;
  const apart = tf.pad(tf.reshape(kernel, [k, 1, k, 1, inChannels * outChannels]), [
    [0, 0],
    [0, dilation - 1],
    [0, 0],
    [0, dilation - 1],
    [0, 0],
  ]);
  const size = dilation * (k - 1) + 1;
  const grid = tf.reshape(apart, [k * dilation, k * dilation, inChannels, outChannels]) as tf.Tensor4D;
  return tf.slice(grid, [0, 0, 0, 0], [size, size, inChannels, outChannels]);
}

/**
 * The dense kernel of a grouped one. Input channel `i` and filter `o` belong to groups `i mod groups` and
 * `o mod groups`; weights between different groups are 0. Dealing channels out in turn, rather than in blocks,
 * makes a narrower grouped layer the leading part of a wider one.
 *
 * Shapes: `kernel` `[k, k, inChannels / groups, outChannels]`, where entry `[.., j, o]` belongs to input channel
 * `j · groups + o mod groups`; result `[k, k, inChannels, outChannels]`.
 */
export function ungroupKernel(kernel: tf.Tensor4D, groups: number): tf.Tensor4D {
  if (groups === 1) return kernel;
  const [height, width, perGroup, outChannels] = kernel.shape;
  const member = Array.from({ length: groups * outChannels }, (_, i) =>
    Math.floor(i / outChannels) === (i % outChannels) % groups ? 1 : 0,
  );
  return tf.tidy(() => {
    const spread = tf.reshape(kernel, [height * width * perGroup, 1, outChannels]);
    const dense = tf.mul(spread, tf.tensor3d(member, [1, groups, outChannels]));
    return tf.reshape(dense, [height, width, perGroup * groups, outChannels]) as tf.Tensor4D;
  });
}

function checkConv(layer: string, x: tf.Tensor4D, kernel: tf.Tensor4D, name: string): void {
  const [height, width, inChannels] = kernel.shape;
  if (x.shape[3] !== inChannels) {
    throw new ShapeError(
      `${name}: ${layer} expected ${inChannels} input channels (axis 3 of NHWC), ` +
        `got ${x.shape[3]} from x of shape [${x.shape.join(", ")}].`,
    );
  }
  if (height !== width || height % 2 === 0) {
    throw new ShapeError(
      `${name}: ${layer} expected a square kernel of odd size, got [${kernel.shape.join(", ")}].`,
    );
  }
}
