import { evolve } from "../evolution/evolve";
import { race } from "../race/race";
import { search } from "../search/search";
import { train } from "../train/train";
import type { StepRunner } from "./runJob";

/** The library's own search, evolution, race and training. A job's threads are the workers of its race. */
export const stepRunner: StepRunner = {
  search,
  evolve,
  race(config, options) {
    const threads = Number(process.env["BARS_ONNX_THREADS"]);
    return race(
      config,
      Number.isInteger(threads) && threads > 0 ? { ...options, workers: threads } : options,
    );
  },
  train,
};
