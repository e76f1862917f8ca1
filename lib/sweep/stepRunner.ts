import { evolve } from "../evolution/evolve";
import { search } from "../search/search";
import { train } from "../train/train";
import type { StepRunner } from "./runJob";

/** The library's own search, evolution and training. */
export const stepRunner: StepRunner = { search, evolve, train };
