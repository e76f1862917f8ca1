import { ConfigError } from "../util/errors";
import { nearNames } from "../util/nearNames";

/** What one layer of a network does otherwise than its settings say. */
export interface LayerOverride {
  /**
   * What a binary layer no longer takes the sign of: its input, its kernel, or both. The same tensors enter the same
   * convolution; its border and batch norm stay. Other layers that share the sign of the input keep it.
   */
  readonly real?: "activations" | "weights" | "both";
  /** False leaves out the identity around a convolution, or a cell's shortcut (`cell0.shortcut`). */
  readonly shortcut?: false;
}

/** Overrides by the name of the layer. Plain data. */
export type LayerOverrides = Readonly<Record<string, LayerOverride>>;

/** A layer that may be overridden. */
export interface OverridableLayer {
  /** E.g. `cell0.edge1-0.bin_conv_3x3`, `cell0.process`, `cell2.shortcut`. */
  readonly name: string;
  /** Whether it takes the sign of its kernel and, right before it, of its input. */
  readonly binary: boolean;
  /** Whether it has, or is, a shortcut that can be left out. */
  readonly shortcut: boolean;
}

/**
 * Checks that overrides name layers a network has, and ask nothing of them that they cannot.
 * @throws ConfigError naming the nearest layers that would do.
 */
export function checkLayerOverrides(
  place: string,
  overrides: LayerOverrides,
  layers: readonly OverridableLayer[],
): void {
  for (const [name, { real, shortcut }] of Object.entries(overrides)) {
    if (!layers.some((layer) => layer.name === name)) {
      const near = nearNames(
        name,
        layers.map((layer) => layer.name),
      ).join(", ");
      throw new ConfigError(`${place}: no layer is named "${name}". Near ones: ${near}.`);
    }
    for (const [asked, what, has] of [
      [real !== undefined, "binarize", "binary"],
      [shortcut === false, "have a shortcut to leave out", "shortcut"],
    ] as const) {
      const fitting = layers.filter((layer) => layer[has]).map((layer) => layer.name);
      if (!asked || fitting.includes(name)) continue;
      const near =
        fitting.length > 0 ? `Near ones that do: ${nearNames(name, fitting).join(", ")}` : "None does";
      throw new ConfigError(`${place}: the layer "${name}" does not ${what}. ${near}.`);
    }
  }
}
