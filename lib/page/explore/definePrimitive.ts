import { primitives } from "../../primitives/primitives";
import { BarsError } from "../../util/errors";
import { type PagePrimitive, shapeKey } from "./exploreData";

/** A primitive of the user's own, its layers looked up among those worked out in the kernel. */
export function define({ name, version, traits, look, layers }: PagePrimitive): void {
  primitives.define({
    name,
    version,
    traits,
    look,
    layers: (shape, space, style) => {
      const found = layers[shapeKey(shape, space, style)];
      if (found) return found;
      throw new BarsError(
        `What ${name}, a primitive of your own, costs with ${shape.inChannels} to ${shape.outChannels} channels at stride ${shape.stride} is known only where the notebook ran; copy the code.`,
      );
    },
  });
}
