import { flatSettings, type PlainSetting } from "../config/flatSettings";
import { presetConfig, searchPresets } from "../config/presets";
import { racePresetConfig, racePresets } from "../config/raceConfig";
import { trainPresetConfig, trainPresets } from "../config/trainPresets";
import type { ChangedSetting } from "../page/report/reportData";
import type { RunRecord } from "./readRun";

/** The preset a run is nearest to, and where it differs. */
export interface NearestPreset {
  readonly preset: { readonly name: string; readonly about: string } | null;
  readonly changed: readonly ChangedSetting[];
}

/** Settings that say nothing of what a run does. */
const passedOver = /^(train\.)?(seed|data\.directory|data\.download)$/;

const known = new Map<string, Record<string, PlainSetting>>();

/**
 * The preset whose settings differ in the fewest places, and these. Records do not say which preset they began with; that of the fewest
 * differences is the shortest description of a run, whichever it was.
 */
export function nearestPreset(record: Exclude<RunRecord, { kind: "bars.table" }>): NearestPreset {
  const own = flatSettings(record.config);
  const candidates = presetsOf(record.kind).map(({ name, about, settings }) => ({
    preset: { name, about },
    changed: differences(own, settings()),
  }));
  const [nearest] = candidates.sort((a, b) => a.changed.length - b.changed.length);
  return nearest ?? { preset: null, changed: [] };
}

interface Candidate {
  readonly name: string;
  readonly about: string;
  readonly settings: () => Record<string, PlainSetting>;
}

function presetsOf(kind: RunRecord["kind"]): Candidate[] {
  switch (kind) {
    case "bars.search-record":
      return searchPresets.names.map((name) =>
        candidate(kind, name, searchPresets.get(name).about, () => presetConfig(name, {}, () => {})),
      );
    case "bars.train-record":
      return trainPresets.names.map((name) =>
        candidate(kind, name, trainPresets.get(name).about, () => trainPresetConfig(name)),
      );
    case "bars.race-record":
      return racePresets.names.map((name) =>
        candidate(kind, name, racePresets.get(name).about, () => racePresetConfig(name)),
      );
    default:
      return [];
  }
}

function candidate(kind: string, name: string, about: string, make: () => object): Candidate {
  return {
    name,
    about,
    settings() {
      const key = `${kind} ${name}`;
      let flat = known.get(key);
      if (flat === undefined) {
        flat = flatSettings(make());
        known.set(key, flat);
      }
      return flat;
    },
  };
}

function differences(
  own: Readonly<Record<string, PlainSetting>>,
  preset: Readonly<Record<string, PlainSetting>>,
): ChangedSetting[] {
  return [...new Set([...Object.keys(own), ...Object.keys(preset)])]
    .filter((key) => !passedOver.test(key) && (own[key] ?? null) !== (preset[key] ?? null))
    .map((key) => ({ key, value: own[key] ?? null, preset: preset[key] ?? null }));
}
