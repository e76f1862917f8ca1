import { ConfigError } from "../util/errors";
import { deepFreeze, type Overrides } from "./check";
import { type SearchPreset, searchPresets } from "./presets";
import { type SearchConfig, searchConfig } from "./searchConfig";
import { type TrainConfig, trainConfig } from "./trainConfig";
import { type TrainPreset, trainPresets } from "./trainPresets";

/** Settings under a name: of searches, of trainings, or of both. */
export interface PresetSpec {
  /** Letters, digits, _ and -. */
  readonly name: string;
  /** One sentence for a menu. */
  readonly about: string;
  /** The paper it follows; left out: "ours". */
  readonly source?: string;
  /** What a search is set to; the defaults hold for the rest. */
  readonly search?: Overrides<SearchConfig>;
  /** What a training is set to; likewise. */
  readonly train?: Overrides<TrainConfig>;
}

/**
 * Makes settings known by name: `presetConfig(name)` completes those of a search, `trainPresetConfig(name)` those of a
 * training, and sweeps and evolutions take the name as they take the library's.
 *
 * Runs keep the settings themselves, not the name: what is defined anew changes no run that has begun.
 *
 * @throws ConfigError for a name that is the library's or no identifier, for settings that are refused, and where there
 * are none.
 *
 * @example
 * ```ts
 * bars.definePreset({ name: "evening", about: "A few passes.", search: { epochs: 3, warmupEpochs: 1 }, train: { epochs: 5 } });
 * console.log(bars.presetConfig("evening").epochs, bars.trainPresetConfig("evening").epochs); // 3 5
 * ```
 */
export function definePreset(spec: PresetSpec): void {
  const { name, about, source = "ours", search, train } = spec;
  if (search === undefined && train === undefined) {
    throw new ConfigError(
      `definePreset: "${name}" must have settings of a search, of a training or of both (search, train), got ${Object.keys(spec).join(", ")}.`,
    );
  }
  if (search !== undefined) searchConfig(search, `definePreset: search of "${name}"`);
  if (train !== undefined) trainConfig(train, `definePreset: train of "${name}"`);
  if (search !== undefined) searchPresets.define<SearchPreset>({ name, about, overrides: kept(search) });
  if (train !== undefined) trainPresets.define<TrainPreset>({ name, about, source, overrides: kept(train) });
}

/** A frozen copy. */
function kept<T>(settings: T): T {
  return deepFreeze(structuredClone(settings));
}
