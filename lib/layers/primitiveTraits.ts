import { type Primitive, primitives } from "../config/spaceConfig";

/** What is known of a primitive without building it. */
export interface PrimitiveTraits {
  /** Learns nothing. */
  readonly parameterFree: boolean;
  /** Taps of its window in one direction; 1 for none and skip_connect. */
  readonly kernel: 1 | 3 | 5;
  /** Distance of neighbouring taps in pixels. */
  readonly dilation: 1 | 2;
  /** Whether its channels are split into `space.convGroups` groups. */
  readonly grouped: boolean;
}

const plain = { parameterFree: false, kernel: 3, dilation: 1, grouped: false } as const;

/** The traits of every primitive. */
export const primitiveTraits = Object.freeze({
  none: { ...plain, parameterFree: true, kernel: 1 },
  skip_connect: { ...plain, parameterFree: true, kernel: 1 },
  bin_conv_1x1: { ...plain, kernel: 1 },
  bin_conv_3x3: plain,
  bin_conv_5x5: { ...plain, kernel: 5 },
  bin_dil_conv_3x3: { ...plain, dilation: 2 },
  bin_group_conv_3x3: { ...plain, grouped: true },
  avg_pool_3x3: { ...plain, parameterFree: true },
  max_pool_3x3: { ...plain, parameterFree: true },
}) satisfies Record<Primitive, PrimitiveTraits>;

/** The primitives that learn nothing: the ones a collapsed search is full of. */
export const parameterFreePrimitives: readonly Primitive[] = Object.freeze(
  primitives.filter((primitive) => primitiveTraits[primitive].parameterFree),
);
