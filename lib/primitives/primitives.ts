import { VariantTable } from "../util/variantTable";
import { type BuiltInPrimitive, builtInPrimitives } from "./builtIn";
import type { PrimitiveLook, PrimitiveSpec, PrimitiveTraits } from "./primitive";

/** A primitive's name: one of the library's, or of one that `definePrimitive` defined. */
export type Primitive = BuiltInPrimitive | (string & {});

/**
 * All primitives by name.
 *
 * @example
 * ```ts
 * console.log(bars.space.primitives.has("bin_conv_3x3"), bars.space.primitives.get("max_pool_3x3").traits.kind); // true pool
 * ```
 */
export const primitives = new VariantTable<PrimitiveSpec, BuiltInPrimitive>(
  "primitive",
  "definePrimitive",
  builtInPrimitives,
);

/** @throws ConfigError for a name that no primitive has. */
export const traitsOf = (primitive: Primitive): PrimitiveTraits => primitives.get(primitive).traits;

/** @throws ConfigError for a name that no primitive has. */
export const lookOf = (primitive: Primitive): PrimitiveLook => primitives.get(primitive).look;
