import { baselineBlocks, baselineConfig } from "../config/baselineConfig";
import { type BaselineFacts, baselineFamilies } from "../config/baselineFamilies";
import { ConfigError, ShapeError } from "../util/errors";
import { showValue } from "../util/showValue";
import { type BaselineLayers, baselineLayers, baselineSpecs } from "./baselineSpecs";
import { checkComputable } from "./computable";

/** A family of hand-made networks to define: what it is, and its layers. */
export interface BaselineSpec
  extends Pick<BaselineFacts, "name" | "version">,
    Partial<Omit<BaselineFacts, "name" | "version">>,
    BaselineLayers {}

/**
 * Makes a family of hand-made networks of one's own known by name: `{ family: name }` in a baseline's settings,
 * `name-bireal-x0.5` in the shell. It is costed, drawn as capacities, trained, analysed and packed from the one list of layers.
 * Blocks, width and images are settings of every family; `layers` reads them from its second argument.
 *
 * The list is tried at once with every kind of block, at full width. Defining a name again replaces it for networks that are
 * built from then on: raise the version whenever the layers change, so that records of the former are told apart.
 *
 * @returns the family, as the table holds it. Left out: 32 pixels of any multiple, 10 classes, no residual blocks, source "ours".
 * @throws ConfigError for a name that is taken or no identifier, a version that is no integer from 1, layers that are no
 * list, or two of one name; ShapeError for layers that do not fit on each other, do not end in one number a class, or cannot be
 * computed: grouped or dilated convolutions, strides other than 1 and 2, binary kernels of even size, copies other than two.
 *
 * @example
 * ```ts
 * bars.defineBaseline({
 *   name: "two_convs",
 *   layers: ({ stem, convolution, residual, head, channels }) => [
 *     ...stem({ kernel: 3, out: channels(16), stride: 2 }),
 *     ...residual(0, convolution({ kernel: 3, out: channels(16) })),
 *     ...residual(1, convolution({ kernel: 3, out: channels(16) })),
 *     ...head(),
 *   ],
 * });
 * const network = bars.config.baselineConfig({ family: "two_convs", block: "reactnet" });
 * console.log(bars.cost.baselineLayers(network).reduce((sum, { bops }) => sum + bops, 0)); // 1179648
 * ```
 */
export function defineBaseline(spec: BaselineSpec): BaselineFacts {
  const { name, version = 1, title = name, source = "ours", residual = false, layers } = spec;
  const { imageSize = 32, multiple = 1, classes = 10 } = spec;
  const place = `defineBaseline: ${JSON.stringify(name)}`;
  if (typeof layers !== "function")
    throw new ConfigError(
      `${place}: layers must be a function of the parts and the settings that lists the layers, got ${showValue(layers)}.`,
    );
  const before = baselineFamilies.versionOf(name) === null ? null : baselineFamilies.get(name);
  const facts = { name, version, title, source, imageSize, multiple, classes, residual, layers };
  const family = baselineFamilies.define<BaselineFacts & BaselineLayers>(facts);
  try {
    for (const block of baselineBlocks) tryLayers(place, name, block);
  } catch (error) {
    baselineFamilies.forget(name);
    if (before) baselineFamilies.define(before);
    throw error;
  }
  return family;
}

function tryLayers(place: string, family: string, block: (typeof baselineBlocks)[number]): void {
  const config = baselineConfig({ family, block }, place);
  const layers = baselineLayers(config);
  checkComputable("", baselineSpecs(config));
  const names = layers.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new ConfigError(
      `${place}: with blocks "${block}" every layer should have a name of its own, got two called "${twice}". Give each residual(i, ...) another i, and each named(prefix, ...) another prefix.`,
    );
  }
  const end = layers.at(-1)?.outputShape;
  if (end?.join() !== `1,1,${config.classes}`) {
    throw new ShapeError(
      `${place}: with blocks "${block}" its layers should end in [1, 1, ${config.classes}] (one number a class), got ${end ? `[${end.join(", ")}]` : "no layer"}. End with head().`,
    );
  }
}
