import { scheduleValue } from "../config/schedule";
import type { SearchConfig } from "../config/searchConfig";
import type { Sampler } from "../supernet/sampler";

/** The samplers of the three levels at one epoch. */
export interface Samplers {
  readonly cell: Sampler;
  readonly depth: Sampler;
  readonly width: Sampler;
}

/** Coefficients of the entropy terms at one epoch. */
export interface EntropyCoefficients {
  readonly cell: number;
  readonly depth: number;
  readonly width: number;
}

/** Everything of a search that stays the same during an epoch. */
export interface EpochSettings {
  readonly config: SearchConfig;
  readonly samplers: Samplers;
  readonly entropy: EntropyCoefficients;
  /** Strategies that follow a schedule, at this epoch. */
  readonly strategies: {
    readonly skipDropout: number;
    readonly auxiliarySkip: number;
    readonly zeroOne: number;
    readonly epsilon: number;
  };
  readonly edeT: number;
}

/** Temperatures, coefficients and slopes at one epoch. */
export function epochSettings(config: SearchConfig, epoch: number): EpochSettings {
  const at = (schedule: Parameters<typeof scheduleValue>[0]) => scheduleValue(schedule, epoch, config.epochs);
  const sampler = ({ method, temperature }: SearchConfig["samplers"]["cell"]) => ({
    method,
    temperature: at(temperature),
  });
  return {
    config,
    samplers: {
      cell: sampler(config.samplers.cell),
      depth: sampler(config.samplers.depth),
      width: sampler(config.samplers.width),
    },
    entropy: {
      cell: at(config.entropy.cell),
      depth: at(config.entropy.depth),
      width: at(config.entropy.width),
    },
    strategies: {
      skipDropout: at(config.strategies.skipDropout),
      auxiliarySkip: at(config.strategies.auxiliarySkip),
      zeroOne: at(config.strategies.zeroOne.coefficient),
      epsilon: at(config.strategies.perturbation.epsilon),
    },
    edeT: at(config.binarization.edeT),
  };
}
