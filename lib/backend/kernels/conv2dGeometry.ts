import * as tf from "@tensorflow/tfjs-core";
import { BackendError } from "../../util/errors";
import type { KernelAttributes } from "./engineKernel";

/** One spatial axis of a convolution or pooling window. */
export interface AxisGeometry {
  /** Length of the input. */
  readonly size: number;
  /** Length of the output. */
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  /** Zeros in front of the input. */
  readonly before: number;
}

/** Height and width. */
export interface Geometry {
  readonly height: AxisGeometry;
  readonly width: AxisGeometry;
}

function fromInfo(info: tf.backend_util.Conv2DInfo): Geometry {
  return {
    height: {
      size: info.inHeight,
      out: info.outHeight,
      kernel: info.filterHeight,
      stride: info.strideHeight,
      before: info.padInfo.top,
    },
    width: {
      size: info.inWidth,
      out: info.outWidth,
      kernel: info.filterWidth,
      stride: info.strideWidth,
      before: info.padInfo.left,
    },
  };
}

/**
 * The geometry of the convolution whose gradient is asked for.
 *
 * @throws BackendError for channels-first data and for dilated kernels; tfjs has no gradient of the latter.
 */
export function convGeometry(
  kernelName: string,
  inputShape: readonly number[],
  filterShape: readonly number[],
  attributes: KernelAttributes,
  depthwise = false,
): Geometry {
  const { strides, pad, dimRoundingMode, dataFormat = "NHWC", dilations = 1 } = attributes;
  if (dataFormat !== "NHWC") {
    throw new BackendError(`${kernelName}: expected data format NHWC, got ${String(dataFormat)}.`);
  }
  if ([dilations].flat().some((dilation) => dilation !== 1)) {
    throw new BackendError(
      `${kernelName}: expected dilation 1, got ${String(dilations)}; fill the gaps of the kernel with zeros instead.`,
    );
  }
  return fromInfo(
    tf.backend_util.computeConv2DInfo(
      inputShape as unknown as [number, number, number, number],
      filterShape as unknown as [number, number, number, number],
      strides as number | [number, number],
      1,
      pad as "same",
      dimRoundingMode as "floor" | undefined,
      depthwise,
    ),
  );
}

/** The geometry of a pooling whose gradient is asked for. */
export function poolGeometry(inputShape: readonly number[], attributes: KernelAttributes): Geometry {
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  return fromInfo(
    tf.backend_util.computePool2DInfo(
      inputShape as unknown as [number, number, number, number],
      filterSize as number | [number, number],
      strides as number | [number, number],
      1,
      pad as "same",
      dimRoundingMode as "floor" | undefined,
    ),
  );
}
