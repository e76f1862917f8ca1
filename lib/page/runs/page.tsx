import { define } from "../explore/definePrimitive";
import { exploreStyle } from "../explore/exploreStyle";
import { mount } from "../shared/mount";
import { baseStyle } from "../shared/style";
import { App } from "./App";
import type { RunsData } from "./runsData";
import { runsStyle } from "./runsStyle";

/** Draws `bars.exploreFrontier` or `bars.explorePaths` in the element of that id. */
export function runs(id: string, data: RunsData, imageTail?: string): void {
  data.primitives.forEach(define);
  mount(App, baseStyle + exploreStyle + runsStyle, id, data, imageTail);
}
