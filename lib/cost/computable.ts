import type { LayerSpec } from "../primitives/layerSpec";
import { ShapeError } from "../util/errors";
import { layerNames } from "./layerCost";

/** A layer that a hand-made network computes: each of its tensors comes from the layer before. */
export type ComputableLayer = Exclude<LayerSpec, { layer: "branches" | "sum" }>;

/**
 * The layer, where hand-made networks compute it: what can be costed is more.
 *
 * @throws ShapeError for grouped or dilated convolutions, strides other than 1 and 2, binary kernels of even size, copies other
 * than two, and sums with tensors from elsewhere.
 */
export function computable(name: string, spec: Exclude<LayerSpec, { layer: "branches" }>): ComputableLayer {
  if (spec.layer === "sum") {
    throw new ShapeError(
      `${name}: a network expected the tensors of a sum as branches, got a sum with none.`,
    );
  }
  if (spec.layer === "duplicate" && spec.copies !== 2)
    throw new ShapeError(`${name}: a network expected 2 copies of its channels, got ${spec.copies}.`);
  if (spec.layer === "conv" || spec.layer === "binary_conv") {
    const { kernel, stride = 1, groups = 1, dilation = 1 } = spec;
    if (groups !== 1 || dilation !== 1 || (stride !== 1 && stride !== 2)) {
      throw new ShapeError(
        `${name}: a network expected a convolution of stride 1 or 2 without groups and dilation, got stride ${stride}, ${groups} groups, dilation ${dilation}.`,
      );
    }
    if (spec.layer === "binary_conv" && kernel % 2 !== 1)
      throw new ShapeError(`${name}: a network expected a binary kernel of odd size, got ${kernel}.`);
  }
  return spec;
}

/** Checks every layer of a list, those of branches too. @throws ShapeError as {@link computable}. */
export function checkComputable(prefix: string, specs: readonly LayerSpec[]): void {
  const names = layerNames(prefix, specs);
  for (const [i, spec] of specs.entries()) {
    const name = names[i] as string;
    if (spec.layer !== "branches") computable(name, spec);
    else for (const [b, branch] of spec.branches.entries()) checkComputable(`${name}.branch${b}`, branch);
  }
}
