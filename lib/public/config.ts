/**
 * Settings: defaults, presets, schedules, and what can be set where. Needs no tensor engine.
 *
 * @module
 */

export { type AnalysisConfig, analysisConfig } from "../config/analysisConfig";
export { type BaselineConfig, baselineConfig } from "../config/baselineConfig";
export { type BaselineFacts, baselineFamilies } from "../config/baselineFamilies";
export { type BinarizationConfig, binarizationConfig } from "../config/binarizationConfig";
export type { Overrides } from "../config/check";
export { type CostPenaltyFacts, costPenalties } from "../config/costPenalties";
export { type DataConfig, dataConfig } from "../config/dataConfig";
export { settings } from "../config/declaredSettings";
export type { PresetSpec } from "../config/definePreset";
export {
  type EvolutionConfig,
  type EvolutionFitness,
  type EvolutionSettings,
  evolutionConfig,
  type SupernetFitness,
  type TrainingFitness,
} from "../config/evolutionConfig";
export { type OptimizerFacts, optimizers } from "../config/optimizers";
export { type PresetName, presetNames } from "../config/presets";
export {
  type RaceConfig,
  type RaceMeasure,
  type RacePresetName,
  raceConfig,
  racePresetConfig,
  racePresetNames,
} from "../config/raceConfig";
export { searchRepairs } from "../config/repairs";
export { type SamplerFacts, samplers } from "../config/samplers";
export { type Schedule, type ScheduleSpec, scheduleValue } from "../config/schedule";
export { type ScheduleKind, type ScheduleMoment, scheduleKinds } from "../config/scheduleKinds";
export type { SearchConfig } from "../config/searchConfig";
export { type SettingRow, settingsText } from "../config/settingRows";
export { strategies } from "../config/strategies/strategies";
export type { Strategy } from "../config/strategies/strategy";
export { type StrategyEntry, strategyGuide, strategyMarkdown, strategyText } from "../config/strategyGuide";
export type { TrainConfig } from "../config/trainConfig";
export { trainPresetNames } from "../config/trainPresets";
export { settingConfigs, settingsAt } from "../experiments/allSettings";
