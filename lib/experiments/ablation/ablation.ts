import { blockName } from "../../analysis/baselineCapacityGraph";
import { baselineDownsamples } from "../../config/baselineConfig";
import { baselineFamilies } from "../../config/baselineFamilies";
import { spaceConfig } from "../../config/spaceConfig";
import { baselineLayers } from "../../cost/baselineSpecs";
import type { LayerOverrides, OverridableLayer } from "../../network/layerOverrides";
import type { BaselineModel, GenotypeModel, ModelSpec } from "../../records/modelSpec";
import { builtCells } from "../../space/builtCells";
import { type Genotype, genotype } from "../../space/genotype";
import { ConfigError } from "../../util/errors";
import { nearNames } from "../../util/nearNames";

/**
 * What an ablation does to a trained network.
 * - `real_layer`: the layer `target` computes with real input and kernel instead of their signs
 * - `no_shortcut`: the identity around the convolution `target`, the cell's shortcut `cell<n>.shortcut`, or that of the
 *   residual block `stage<m>.block<n>` of a hand-made network is left out
 * - `real_downsampling`: every binary layer of stride 2 of the reduction cell, or residual block, `target` is real; `all`:
 *   of all of them
 * - `cell_shortcut`: reduction cells have another shortcut: `none` (then normal cells have none, too), `avg_pool` or
 *   `bin_conv_3x3`; halving blocks of a hand-made network: `avg_pool` or `real_conv`
 * - `process`: the cells' 1x1 sits at the other end: `preprocess` or `postprocess`; hand-made networks have none
 *
 * The first three keep all weights. The last two change shapes: tensors of the same name and shape are carried over,
 * the others start anew, so that their accuracy means something after fine-tuning only.
 *
 * @example
 * ```ts
 * console.log(bars.experiments.ablationKinds[0]); // real_layer
 * ```
 */
export const ablationKinds = [
  "real_layer",
  "no_shortcut",
  "real_downsampling",
  "cell_shortcut",
  "process",
] as const;
export type AblationKind = (typeof ablationKinds)[number];

/** One change of a network. Plain data. */
export interface Ablation {
  readonly kind: AblationKind;
  readonly target: string;
}

/** A changed network: what it is built from. */
export interface AblatedNetwork {
  readonly model: ModelSpec;
  readonly overrides: LayerOverrides;
}

/** Every single change a network allows, in the order of its layers. */
export function possibleAblations(model: ModelSpec, layers: readonly OverridableLayer[]): Ablation[] {
  const named = (kind: AblationKind, targets: readonly string[]) =>
    targets.map((target) => ({ kind, target }));
  const places = [...halvingLayers(model, layers).keys()];
  return [
    ...named(
      "real_layer",
      layers.filter(({ binary }) => binary).map(({ name }) => name),
    ),
    ...named(
      "no_shortcut",
      layers.filter(({ shortcut }) => shortcut).map(({ name }) => name),
    ),
    ...named("real_downsampling", places.length > 1 ? [...places, "all"] : places),
    ...named("cell_shortcut", otherShortcuts(model)),
    ...named("process", otherProcess(model)),
  ];
}

/**
 * The network a change makes of another.
 * @throws ConfigError for a change the network does not allow, naming near ones that it does.
 */
export function ablated(
  model: ModelSpec,
  layers: readonly OverridableLayer[],
  { kind, target }: Ablation,
  place = "ablate",
): AblatedNetwork {
  if (!ablationKinds.includes(kind)) {
    throw new ConfigError(
      `${place}: unknown kind of ablation ${JSON.stringify(kind)}. Known kinds: ${ablationKinds.join(", ")}.`,
    );
  }
  const targets = possibleAblations(model, layers)
    .filter((one) => one.kind === kind)
    .map((one) => one.target);
  if (!targets.includes(target)) {
    const near = targets.length > 0 ? `Near ones: ${nearNames(target, targets).join(", ")}` : "It has none";
    throw new ConfigError(
      `${place}: this network has no "${target}" to ablate by ${kind}. ${near}. All: bars ablate <run> --list.`,
    );
  }
  const real = { real: "both" } as const;
  switch (kind) {
    case "real_layer":
      return { model, overrides: { [target]: real } };
    case "no_shortcut":
      return { model, overrides: { [target]: { shortcut: false } } };
    case "real_downsampling": {
      const halving = halvingLayers(model, layers);
      const names = target === "all" ? [...halving.values()].flat() : (halving.get(target) ?? []);
      return { model, overrides: Object.fromEntries(names.map((name) => [name, real])) };
    }
    case "cell_shortcut":
      return {
        model:
          model.kind === "baseline"
            ? { ...model, downsample: target as BaselineModel["downsample"] }
            : inSpace(model, { cellShortcut: target as "none" }, place),
        overrides: {},
      };
    case "process":
      // Genotypes alone allow it.
      return {
        model: inSpace(model as GenotypeModel, { process: target as "preprocess" }, place),
        overrides: {},
      };
    default:
      return kind satisfies never;
  }
}

/** Binary layers of stride 2 by the reduction cell or block they are in; those without any are left out. */
function halvingLayers(model: ModelSpec, layers: readonly OverridableLayer[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (place: string, name: string) => found.set(place, [...(found.get(place) ?? []), name]);
  if (model.kind === "baseline") {
    for (const { layer, name, inputShape, outputShape } of baselineLayers(model))
      if (layer === "binary_conv" && outputShape[0] < inputShape[0]) add(blockName(name) ?? name, name);
    return found;
  }
  for (const { cell, reduction } of builtCells(model.genotype)) {
    if (!reduction) continue;
    // What leaves the cell's node 0, and its shortcut.
    const strided = new RegExp(`^cell${cell}\\.(edge\\d+-0\\.|shortcut$)`);
    for (const { name, binary } of layers) if (binary && strided.test(name)) add(`cell${cell}`, name);
  }
  return found;
}

function otherShortcuts(model: ModelSpec): readonly string[] {
  if (model.kind === "baseline") {
    const { residual } = baselineFamilies.get(model.family);
    return residual ? baselineDownsamples.filter((name) => name !== model.downsample) : [];
  }
  const reductions = builtCells(model.genotype).some(({ reduction }) => reduction);
  const all = reductions ? ["none", "avg_pool", "bin_conv_3x3"] : ["none", "avg_pool"];
  return all.filter((name) => name !== model.genotype.space.cellShortcut);
}

function otherProcess(model: ModelSpec): readonly string[] {
  if (model.kind === "baseline") return [];
  return [model.genotype.space.process === "preprocess" ? "postprocess" : "preprocess"];
}

function inSpace(model: GenotypeModel, changes: Partial<Genotype["space"]>, place: string): GenotypeModel {
  const { cells, depth, width, space } = model.genotype;
  const changed = genotype(spaceConfig({ ...space, ...changes }, place), { cells, depth, width }, place);
  return { ...model, genotype: changed };
}

/** How a change is written on a command line: `real_layer:cell0.process`. */
export function ablationText({ kind, target }: Ablation): string {
  return `${kind}:${target}`;
}

/**
 * Reads {@link ablationText}. Whether the network has the target is found when it is applied.
 * @throws ConfigError for a text without a known kind.
 *
 * @example
 * ```ts
 * console.log(bars.experiments.parseAblation("real_layer:cell0.process")); // {"kind":"real_layer","target":"cell0.process"}
 * ```
 */
export function parseAblation(text: string): Ablation {
  const [kind = "", ...target] = text.split(":");
  if (!(ablationKinds as readonly string[]).includes(kind) || target.join(":") === "") {
    throw new ConfigError(
      `ablate: expected "<kind>:<target>", got "${text}". Known kinds: ${ablationKinds.join(", ")}.`,
    );
  }
  return { kind: kind as AblationKind, target: target.join(":") };
}
