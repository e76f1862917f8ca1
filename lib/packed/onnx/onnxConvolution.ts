import type { OnnxAttribute } from "tfjs-onnxruntime/onnx";
import { type BinaryConvOp, type GraphNode, samePadding } from "../graph";
import type { OnnxWriter } from "./onnxWriter";

/** Window of a "same" convolution or pooling, which reads nothing outside the map. */
export function sameWindow(
  kernel: number,
  stride: number,
  size: number,
): Readonly<Record<string, OnnxAttribute>> {
  const out = Math.ceil(size / stride);
  const before = samePadding(size, kernel, stride);
  const after = Math.max((out - 1) * stride + kernel - size, 0) - before;
  return {
    kernel_shape: { ints: [kernel, kernel] },
    strides: { ints: [stride, stride] },
    pads: { ints: [before, before, after, after] },
  };
}

/** `[kernel, kernel, in, out]` in the order of ONNX, `[out, in, kernel, kernel]`. */
export function kernelInOrder(weights: Float32Array, kernel: number, inputs: number, outputs: number) {
  const taps = kernel * kernel;
  const turned = new Float32Array(weights.length);
  for (let tap = 0; tap < taps; tap++)
    for (let c = 0; c < inputs; c++)
      for (let o = 0; o < outputs; o++)
        turned[(o * inputs + c) * taps + tap] = weights[(tap * inputs + c) * outputs + o] as number;
  return turned;
}

/**
 * A binary convolution: a float convolution of −1 and +1, exact. Borders of +1 are written out. ONNX has the channels of a group side
 * by side, packed networks have them dealt out: they are put in order before and after. The two phases of a factorized convolution
 * are a convolution each.
 */
export function binaryConvolution(
  write: OnnxWriter,
  { name, size: [height, width, channels] }: GraphNode,
  op: BinaryConvOp,
  bits: string,
  from: readonly [number, number, number],
): string {
  const { kernel, stride, dilation, groups, border, phases } = op;
  const perGroup = from[2] / groups;
  const reach = ((kernel - 1) / 2) * dilation;
  let x = bits;
  if (groups > 1) {
    // Channel m of group g is channel m · groups + g.
    const order = Array.from(
      { length: from[2] },
      (_, c) => (c % perGroup) * groups + Math.floor(c / perGroup),
    );
    x = write.emit("Gather", `${name}.grouped`, [x, write.integers(order)], { axis: { int: 1 } });
  }
  const filters = channels / phases;
  const each = filters / groups;
  const parts = Array.from({ length: phases }, (_, phase) => {
    const before = reach - phase;
    const [bottom, right] = [height, width].map((out, axis) =>
      Math.max(stride * (out - 1) + phase + reach - ((from[axis] as number) - 1), 0),
    ) as [number, number];
    const inside = border === 0 && before >= 0;
    let padded = x;
    if (!inside && (before !== 0 || bottom !== 0 || right !== 0)) {
      // A negative number of rows is cut off.
      const pads = write.integers([0, 0, before, before, 0, 0, bottom, right]);
      padded = write.emit("Pad", `${name}.padded`, [x, pads, write.scalar(border)], {
        mode: { string: "constant" },
      });
    }
    const weights = new Float32Array(filters * kernel * kernel * perGroup);
    for (let n = 0; n < filters; n++) {
      // Filter n of ONNX, by group, is filter f of the phase, channel f · phases + phase of the result.
      const f = (n % each) * groups + Math.floor(n / each);
      for (let tap = 0; tap < kernel * kernel; tap++)
        for (let m = 0; m < perGroup; m++) {
          const sign = op.signs[((f * phases + phase) * kernel * kernel + tap) * perGroup + m];
          weights[(n * perGroup + m) * kernel * kernel + tap] = sign === 1 ? -1 : 1;
        }
    }
    const shape = [filters, perGroup, kernel, kernel];
    const own = write.floats(`${name}.weights${phases > 1 ? phase : ""}`, shape, weights);
    return write.emit("Conv", phases > 1 ? `${name}.phase${phase}` : name, [padded, own], {
      kernel_shape: { ints: [kernel, kernel] },
      strides: { ints: [stride, stride] },
      dilations: { ints: [dilation, dilation] },
      group: { int: groups },
      pads: { ints: inside ? [before, before, bottom, right] : [0, 0, 0, 0] },
    });
  });
  const [first] = parts as [string];
  if (phases === 1 && groups === 1) return first;
  const joined = phases === 1 ? first : write.emit("Concat", `${name}.phases`, parts, { axis: { int: 1 } });
  // Channel o of the result: which of the joined ones it is.
  const order = Array.from({ length: channels }, (_, o) => {
    const [phase, f] = [o % phases, Math.floor(o / phases)];
    return phase * filters + (f % groups) * each + Math.floor(f / groups);
  });
  return write.emit("Gather", `${name}.dealt`, [joined, write.integers(order)], { axis: { int: 1 } });
}
