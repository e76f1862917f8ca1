import type { Overrides } from "./check";
import { checkClasses } from "./dataConfig";
import { formOf } from "./datasets";
import { presetConfig } from "./presets";
import { type SpaceConfig, spaceConfig } from "./spaceConfig";

/**
 * The space of architectures that are trained on a data set; images and classes are the data set's unless they are given.
 *
 * @param preset of searches; null: the library's default space.
 * @throws ConfigError for settings that are refused, and for other classes than the data set has.
 */
export function spaceFor(
  dataset: string,
  preset: string | null,
  changes: Overrides<SpaceConfig>,
  place: string,
): SpaceConfig {
  if (preset !== null) return presetConfig(preset, { space: changes, data: { dataset } }).space;
  const space = spaceConfig({ ...formOf(dataset), ...changes }, place);
  checkClasses(place, space.classes, dataset);
  return space;
}
