import { builtInPrimitives } from "../../lib/primitives/builtIn";

/** All primitives of the library, "none" first, in the order in which draws take them. */
export const everyPrimitive = Object.keys(builtInPrimitives) as (keyof typeof builtInPrimitives)[];
