import { schedule } from "../section";
import { strategy } from "./strategy";

// Note (paper): the paper drops single elements; whole channels of an image cut the same path.
export const skipDropout = strategy({
  name: "skipDropout",
  setting: schedule({
    default: 0,
    min: 0,
    max: 0.95,
    meaning:
      "Drops skip connections in training: each channel of each image with this probability r, the rest scaled by 1 / (1 − r).",
    source: "P-DARTS, arXiv:1904.12760 (rates 0 / 0.4 / 0.7 by stage, decaying)",
  }),
  guide: [
    {
      name: "skip dropout",
      settings: ['strategies.skipDropout={"kind":"linear","from":0.5,"to":0}'],
      formula: "skip(x) ⊙ m / (1 − r), m ~ Bernoulli(1 − r) per channel and image",
      defaults: "r = 0; 0, 0.4 and 0.7 by stage, decaying, in P-DARTS (single elements there)",
      source: "P-DARTS, arXiv:1904.12760",
      use: "Against skips only; poolings then win instead. With the derive rule skip_cap (at most M = 2 skips a cell).",
    },
  ],
});
