import type { ArrayMemory, Expression, View } from "./expression";

/** What a pass computes at each place. */
export type Root =
  /** Written to an image. */
  | { readonly kind: "image"; readonly value: Expression; readonly target: View }
  /** Written to a list, at the same place. */
  | { readonly kind: "array"; readonly value: Expression; readonly target: ArrayMemory }
  /** Its sum over all pixels, for each channel: written, or added to what is there. */
  | { readonly kind: "sum"; readonly value: Expression; readonly target: ArrayMemory; readonly adds: boolean }
  /** Its mean over all pixels, for each channel, at the image's place in a list. */
  | { readonly kind: "mean"; readonly value: Expression; readonly target: ArrayMemory };
