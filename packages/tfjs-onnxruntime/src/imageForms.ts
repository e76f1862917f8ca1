import type { GraphTensor } from "./graphTensor";

/** `gain · base + level`; gain and level are `[channels]` or scalars, null for 1 and 0. */
export interface Affine {
  readonly base: GraphTensor;
  readonly gain: GraphTensor | null;
  readonly level: GraphTensor | null;
}

/** Two images of one shape. */
export type ImagePair = readonly [GraphTensor, GraphTensor];

/** How images of one graph were made from others, by name. */
export interface ImageForms {
  /** An image that is an affine function of another, channel by channel. */
  readonly affine: Map<string, Affine>;
  readonly products: Map<string, ImagePair>;
  readonly sums: Map<string, ImagePair>;
}

export const imageForms = (): ImageForms => ({ affine: new Map(), products: new Map(), sums: new Map() });

/** The affine form of an image; of one that is none, itself. */
export function formOf(forms: ImageForms, image: GraphTensor): Affine {
  return forms.affine.get(image.name) ?? { base: image, gain: null, level: null };
}
