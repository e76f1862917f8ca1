import { check } from "../check";
import { flag, oneOf, section } from "../section";
import { strategy } from "./strategy";

export const biSampling = strategy({
  name: "biSampling",
  setting: section(
    {
      meaning:
        "Every weight step trains two layouts, the first drawn by Gumbel from the alphas, the second without the first's choices. The gradients are averaged. Depth and width of one pass are then single choices. Off: one pass with the sampler's weights.",
      source: "TF-NAS, arXiv:2008.05314",
    },
    {
      depth: flag({ default: false, meaning: "Whether depths are drawn twice." }),
      width: flag({ default: false, meaning: "Whether widths are drawn twice." }),
      second: oneOf(["gumbel", "random", "min", "max"], {
        default: "gumbel",
        meaning:
          "How the second is chosen of those left: by Gumbel, evenly, or the one of smallest or largest alpha.",
      }),
    },
  ),
  guide: [
    {
      name: "bi-sampling",
      settings: ["strategies.biSampling.depth=true", "strategies.biSampling.width=true"],
      formula:
        "two layouts a weight step, the first argmax (α + G), the second without the first's choices; gradients averaged",
      defaults: "off; second by Gumbel (or random, min, max alpha)",
      source: "TF-NAS, arXiv:2008.05314",
      use: "Against layouts that starve: depths and widths that are never drawn. Doubles a weight step.",
    },
  ],
  checkAround(place, own, { order }) {
    for (const level of ["depth", "width"] as const) {
      check(
        `${place}.strategies.biSampling`,
        level,
        !own[level] || order === "first",
        'false where order is "second" (the unrolled weight step takes one unperturbed draw)',
        true,
      );
    }
  },
});
