import { VariantTable } from "../util/variantTable";
import { type BuiltInPrimitive, builtInPrimitives } from "./builtIn";
import type { PrimitiveLook, PrimitiveSpec, PrimitiveTraits } from "./primitive";

/** A primitive's name: one of the library's, or of one that `definePrimitive` defined. */
export type Primitive = BuiltInPrimitive | (string & {});

/** All primitives by name. */
export const primitives = new VariantTable<PrimitiveSpec, BuiltInPrimitive>(
  "primitive",
  "definePrimitive",
  builtInPrimitives,
);

/** @throws ConfigError for a name that no primitive has. */
export const traitsOf = (primitive: Primitive): PrimitiveTraits => primitives.get(primitive).traits;

/** @throws ConfigError for a name that no primitive has. */
export const lookOf = (primitive: Primitive): PrimitiveLook => primitives.get(primitive).look;
