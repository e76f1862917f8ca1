import type { Overrides } from "./check";
import { checkClasses, type DataConfig } from "./dataConfig";
import { type DataChoice, formOf } from "./datasets";
import { presetConfig } from "./presets";
import { type SpaceConfig, spaceConfig } from "./spaceConfig";

/**
 * The space of architectures that are trained on a data set; images and classes are the data set's unless they are given.
 *
 * @param preset of searches; null: the library's default space.
 * @throws ConfigError for settings that are refused, and for other classes than the data set has.
 */
export function spaceFor(
  data: string | (DataChoice & Overrides<DataConfig>),
  preset: string | null,
  changes: Overrides<SpaceConfig>,
  place: string,
): SpaceConfig {
  if (preset !== null)
    return presetConfig(preset, { space: changes, data: typeof data === "string" ? { dataset: data } : data })
      .space;
  const space = spaceConfig({ ...formOf(data), ...changes }, place);
  checkClasses(place, space.classes, data);
  return space;
}
