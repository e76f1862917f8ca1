import { spaceConfig } from "../../config/spaceConfig";
import type { LayerOverrides, OverridableLayer } from "../../network/layerOverrides";
import { builtCells } from "../../space/builtCells";
import { type Genotype, genotype } from "../../space/genotype";
import { ConfigError } from "../../util/errors";
import { nearNames } from "../../util/nearNames";

/**
 * What an ablation does to a trained network.
 * - `real_layer`: the layer `target` computes with real input and kernel instead of their signs
 * - `no_shortcut`: the identity around the convolution `target`, or the cell's shortcut `cell<n>.shortcut`, is left out
 * - `real_downsampling`: every binary layer of stride 2 of the reduction cell `target` is real; `all`: of all of them
 * - `cell_shortcut`: reduction cells have another shortcut: `none` (then normal cells have none, too), `avg_pool` or
 *   `bin_conv_3x3`
 * - `process`: the cells' 1x1 sits at the other end: `preprocess` or `postprocess`
 *
 * The first three keep all weights. The last two change shapes: tensors of the same name and shape are carried over,
 * the others start anew, so that their accuracy means something after fine-tuning only.
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
  readonly genotype: Genotype;
  readonly overrides: LayerOverrides;
}

/** Every single change a network allows, in the order of its layers. */
export function possibleAblations(arch: Genotype, layers: readonly OverridableLayer[]): Ablation[] {
  const named = (kind: AblationKind, targets: readonly string[]) =>
    targets.map((target) => ({ kind, target }));
  const reductions = builtCells(arch).filter(({ reduction }) => reduction);
  const cells = reductions
    .map(({ cell }) => `cell${cell}`)
    .filter((cell) => stridedLayers(cell, layers).length > 0);
  const { process, cellShortcut } = arch.space;
  const shortcuts = reductions.length > 0 ? ["none", "avg_pool", "bin_conv_3x3"] : ["none", "avg_pool"];
  return [
    ...named(
      "real_layer",
      layers.filter(({ binary }) => binary).map(({ name }) => name),
    ),
    ...named(
      "no_shortcut",
      layers.filter(({ shortcut }) => shortcut).map(({ name }) => name),
    ),
    ...named("real_downsampling", cells.length > 1 ? [...cells, "all"] : cells),
    ...named(
      "cell_shortcut",
      shortcuts.filter((name) => name !== cellShortcut),
    ),
    ...named("process", [process === "preprocess" ? "postprocess" : "preprocess"]),
  ];
}

/**
 * The network a change makes of another.
 * @throws ConfigError for a change the network does not allow, naming near ones that it does.
 */
export function ablated(
  arch: Genotype,
  layers: readonly OverridableLayer[],
  { kind, target }: Ablation,
  place = "ablate",
): AblatedNetwork {
  if (!ablationKinds.includes(kind)) {
    throw new ConfigError(
      `${place}: unknown kind of ablation ${JSON.stringify(kind)}. Known kinds: ${ablationKinds.join(", ")}.`,
    );
  }
  const targets = possibleAblations(arch, layers)
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
      return { genotype: arch, overrides: { [target]: real } };
    case "no_shortcut":
      return { genotype: arch, overrides: { [target]: { shortcut: false } } };
    case "real_downsampling": {
      const strided =
        target === "all"
          ? targets.flatMap((cell) => stridedLayers(cell, layers))
          : stridedLayers(target, layers);
      return { genotype: arch, overrides: Object.fromEntries(strided.map((name) => [name, real])) };
    }
    case "cell_shortcut":
      return { genotype: inSpace(arch, { cellShortcut: target as "none" }, place), overrides: {} };
    case "process":
      return { genotype: inSpace(arch, { process: target as "preprocess" }, place), overrides: {} };
    default:
      return kind satisfies never;
  }
}

/** Binary layers of stride 2 of a reduction cell: what leaves its node 0, and its shortcut. */
function stridedLayers(cell: string, layers: readonly OverridableLayer[]): string[] {
  const strided = new RegExp(`^${cell}\\.(edge\\d+-0\\.|shortcut$)`);
  return layers.filter(({ name, binary }) => binary && strided.test(name)).map(({ name }) => name);
}

function inSpace(arch: Genotype, changes: Partial<Genotype["space"]>, place: string): Genotype {
  const { cells, depth, width } = arch;
  return genotype(spaceConfig({ ...arch.space, ...changes }, place), { cells, depth, width }, place);
}

/** How a change is written on a command line: `real_layer:cell0.process`. */
export function ablationText({ kind, target }: Ablation): string {
  return `${kind}:${target}`;
}

/**
 * Reads {@link ablationText}. Whether the network has the target is found when it is applied.
 * @throws ConfigError for a text without a known kind.
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
