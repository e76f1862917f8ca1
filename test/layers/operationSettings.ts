import { binarizationConfig } from "../../lib/config/binarizationConfig";
import type { OperationSettings } from "../../lib/layers/operation";
import type { Primitive } from "../../lib/primitives/primitives";

/** The part of a space that operations read. */
export const space = { convShortcut: true, stridedConv: "factorized", convGroups: 2 } as const;

/** Settings of an operation with 8 channels in and out. */
export function settings(primitive: Primitive, more: Partial<OperationSettings> = {}): OperationSettings {
  return {
    primitive,
    inChannels: 8,
    outChannels: 8,
    stride: 1,
    space,
    binarization: binarizationConfig(),
    edeT: 1,
    ...more,
  };
}
