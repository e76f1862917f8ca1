import { tf } from "../backend";
import type { BuiltInPrimitive } from "../primitives/builtIn";
import type { PrimitiveSpec, PrimitiveTraits } from "../primitives/primitive";
import { type Primitive, primitives } from "../primitives/primitives";
import { ShapeError } from "../util/errors";
import { binaryConvOperation } from "./binaryConvOperation";
import type { NamedSettings, NodeState, Operation, OperationSettings } from "./operation";
import { avgPoolDuplicate, duplicateChannels } from "./shortcuts";

/** Makes the layer of a primitive at one place. Cheap, and draws nothing. */
export type OperationBuilder = (settings: NamedSettings) => Operation;

/** A user's primitive as the table holds it: what it is and costs, and how it is computed. */
export interface PrimitiveDefinition extends PrimitiveSpec {
  /**
   * Makes the layer that computes it. Left out: the library's binary convolution of the window that `traits` names
   * (`binaryConvolution` makes traits and layers of one).
   */
  readonly operation?: OperationBuilder;
}

/** The layer of every primitive of the library. One without an entry does not compile. */
const builders = {
  none: () => ({ parameters: [], conv: null, apply: () => null }),
  skip_connect: skipConnect,
  bin_conv_1x1: binaryConvOperation,
  bin_conv_3x3: binaryConvOperation,
  bin_conv_5x5: binaryConvOperation,
  bin_dil_conv_3x3: binaryConvOperation,
  bin_group_conv_3x3: binaryConvOperation,
  avg_pool_3x3: (settings: NamedSettings) =>
    pooling(settings, (x, stride) => tf.avgPool(x, 3, stride, "same")),
  max_pool_3x3: (settings: NamedSettings) =>
    pooling(settings, (x, stride) => tf.maxPool(x, 3, stride, "same")),
} satisfies Record<BuiltInPrimitive, (settings: NamedSettings, traits: PrimitiveTraits) => Operation>;

/**
 * Builds the layer of `settings.primitive`. `name` is where the operation is (`cell3.edge2-0.bin_conv_3x3`), for
 * error messages. Building is cheap and draws nothing: parameters are created by the caller from
 * `operation.parameters`.
 *
 * - "none": nothing (null)
 * - "skip_connect": the node's raw value; at stride 2 `avgPoolDuplicate`
 * - "bin_conv_*", "bin_dil_conv_3x3", "bin_group_conv_3x3": `binaryConvOperation`
 * - one of a user (`definePrimitive`): what was given with it, else `binaryConvOperation` by its traits
 * - "avg_pool_3x3", "max_pool_3x3": pooling of the raw value over 3×3 windows, pixels outside the image left out;
 *   at stride 2 every channel is doubled, side by side, as in `avgPoolDuplicate`
 *
 * @throws ConfigError for a primitive nobody defined; ShapeError, when it is applied, where a user's operation gives another
 * shape, and if a parameter-free operation is asked to change channels otherwise than by doubling them at
 * stride 2, or the channels do not suit the convolution.
 */
export function buildOperation(name: string, settings: OperationSettings): Operation {
  return boundPrimitive(settings.primitive).build(name, settings);
}

/**
 * A primitive as it was defined when somebody looked it up. What is built holds this and no name: where a name is defined
 * again, what stands already goes on with the definition it began with.
 */
export interface BoundPrimitive {
  readonly spec: PrimitiveSpec;
  /** {@link buildOperation} of this definition; `settings.primitive` must be its name. */
  readonly build: (name: string, settings: OperationSettings) => Operation;
}

/** @throws ConfigError for a primitive nobody defined. */
export function boundPrimitive(primitive: Primitive): BoundPrimitive {
  const spec: PrimitiveDefinition = primitives.get(primitive);
  const { operation, traits } = spec;
  // A user's primitive without a layer of its own is a binary convolution, as `definePrimitive` saw to.
  const own = builders[primitive as BuiltInPrimitive] ?? binaryConvOperation;
  return {
    spec,
    build(name, settings) {
      const named = { ...settings, name };
      return operation ? checkedOperation(operation(named), named) : own(named, traits);
    },
  };
}

/** A user's operation that says so where its value has not the shape its place needs. */
function checkedOperation(operation: Operation, { name, stride, outChannels }: NamedSettings): Operation {
  return {
    ...operation,
    apply(input, get, options) {
      const value = operation.apply(input, get, options);
      const [batch, height, width] = input.raw.shape;
      const expected = [batch, Math.ceil(height / stride), Math.ceil(width / stride), outChannels];
      if (value === undefined) {
        throw new ShapeError(
          `${name}: the operation of the primitive must give [${expected.join(", ")}], or null for nothing, got undefined. Return what it computes.`,
        );
      }
      if (value && value.shape.join() !== expected.join()) {
        throw new ShapeError(
          `${name}: the operation of the primitive must give [${expected.join(", ")}], got [${value.shape.join(", ")}].`,
        );
      }
      return value && options?.valueMask ? (tf.mul(value, options.valueMask) as tf.Tensor4D) : value;
    },
  };
}

function skipConnect(settings: NamedSettings): Operation {
  checkParameterFree(settings);
  const apply = ({ raw }: NodeState) => (settings.stride === 1 ? tf.clone(raw) : avgPoolDuplicate(raw));
  return { parameters: [], conv: null, apply };
}

type Pool = (x: tf.Tensor4D, stride: 1 | 2) => tf.Tensor4D;

function pooling(settings: NamedSettings, pool: Pool): Operation {
  checkParameterFree(settings);
  const { stride } = settings;
  const apply = ({ raw }: NodeState) =>
    tf.tidy(() => (stride === 1 ? pool(raw, 1) : duplicateChannels(pool(raw, 2))));
  return { parameters: [], conv: null, apply };
}

function checkParameterFree({ name, primitive, inChannels, outChannels, stride }: NamedSettings): void {
  const expected = inChannels * stride;
  if (outChannels !== expected) {
    throw new ShapeError(
      `${name}: ${primitive} of stride ${stride} expected ${expected} output channels (${stride} x ${inChannels}), ` +
        `got ${outChannels}.`,
    );
  }
}
