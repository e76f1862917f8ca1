import { primitives } from "../../primitives/primitives";
import { BarsError } from "../../util/errors";
import { mount } from "../shared/mount";
import { baseStyle } from "../shared/style";
import { App } from "./App";
import { derivedOf } from "./derived";
import { type ExploreData, type PagePrimitive, shapeKey } from "./exploreData";
import { exploreStyle } from "./exploreStyle";

/** Draws `bars.explore` in the element of that id. */
export function explore(id: string, data: ExploreData, imageTail?: string): void {
  data.primitives.forEach(define);
  mount(App, baseStyle + exploreStyle, id, data, imageTail);
}

/** What the page works out, without the page: for tests that compare it with Node's. */
export { derivedOf };

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
