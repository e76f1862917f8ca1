import type { PrimitiveSpec } from "../primitives/primitive";
import { primitives } from "../primitives/primitives";
import { ConfigError } from "../util/errors";
import type { PrimitiveDefinition } from "./buildOperation";

const colour = /^(#[0-9a-f]{6})$/i;

/**
 * Adds a primitive that spaces may name from now on, in this process: it is searched, derived, costed, drawn, trained
 * and evolved like the library's own. Defining it again (a notebook cell that runs once more) replaces it for what is built
 * from then on. Networks, supernets and running searches that stand already go on with the operation they were built with;
 * genotypes hold only names, so costs and drawings of them follow the newest definition.
 *
 * Records and genotypes that hold it state its name and version. Whoever reads them must have defined it before, of the
 * same version: raise the version whenever it computes or costs something else.
 *
 * @returns the primitive.
 * @throws ConfigError for a name that is no identifier or the library's, a version that is no integer from 1, a colour
 * that is none, a window that is none, and for a primitive that is no convolution and brings no operation.
 *
 * @example
 * ```ts
 * bars.definePrimitive({
 *   name: "bin_conv_7x7",
 *   ...bars.space.binaryConvolution({ kernel: 7 }),
 *   look: { color: "#117733", dash: "10 2", side: "above" },
 * });
 * const space = bars.space.spaceConfig({ primitives: ["none", "skip_connect", "bin_conv_7x7"] });
 * ```
 */
export function definePrimitive(definition: PrimitiveDefinition): PrimitiveSpec {
  const { name, traits, look, layers, operation } = definition;
  const place = `definePrimitive: "${name}"`;
  if (typeof layers !== "function")
    throw new ConfigError(
      `${place} must have layers, a function that lists what it costs, got ${typeof layers}.`,
    );
  if (!look || !colour.test(look.color) || !/^(\d+( \d+)*)?$/.test(look.dash)) {
    throw new ConfigError(
      `${place} must have a look: a colour "#rrggbb" and a dash pattern such as "7 4" or "", got ${JSON.stringify(look)}.`,
    );
  }
  const { kernel, dilation } = traits;
  if (!(Number.isInteger(kernel) && kernel % 2 === 1 && Number.isInteger(dilation) && dilation >= 1)) {
    throw new ConfigError(
      `${place} must have an odd kernel and a dilation from 1, got kernel ${kernel} and dilation ${dilation}.`,
    );
  }
  if (traits.kind !== "conv" && operation === undefined) {
    throw new ConfigError(
      `${place} is no binary convolution (traits.kind "${traits.kind}"), so it must bring its operation.`,
    );
  }
  return primitives.define(definition);
}
