import { mount } from "../shared/mount";
import { baseStyle } from "../shared/style";
import { App } from "./App";
import { define } from "./definePrimitive";
import { derivedOf } from "./derived";
import type { ExploreData } from "./exploreData";
import { exploreStyle } from "./exploreStyle";

/** Draws `bars.explore` in the element of that id. */
export function explore(id: string, data: ExploreData, imageTail?: string): void {
  data.primitives.forEach(define);
  mount(App, baseStyle + exploreStyle, id, data, imageTail);
}

/** What the page works out, without the page: for tests that compare it with Node's. */
export { define, derivedOf };
