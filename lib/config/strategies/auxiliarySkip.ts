import { schedule } from "../section";
import { strategy } from "./strategy";

export const auxiliarySkip = strategy({
  name: "auxiliarySkip",
  setting: schedule({
    default: 0,
    min: 0,
    max: 1,
    meaning:
      "β of an extra skip connection on every edge, beside the mixture and without alphas, that decays to 0 over the search: 1 → 0 linearly or by cosine.",
    source: "DARTS-, arXiv:2009.01027",
  }),
  guide: [
    {
      name: "auxiliary skip",
      settings: ['strategies.auxiliarySkip={"kind":"linear","from":1,"to":0}'],
      formula: "β(e) · x beside the mixture on every edge, β from 1 to 0",
      defaults: "β = 0; 1 → 0 linearly or by cosine in DARTS-",
      source: "DARTS-, arXiv:2009.01027",
      use: "Takes from skip connections what they win by easing the supernet's training. Ends at 0, or the gap stays.",
    },
  ],
});
