import { check } from "../check";
import { kinds } from "../kinds";
import { list, section } from "../section";
import { strategy } from "./strategy";

export const pruning = strategy({
  name: "pruning",
  setting: section(
    {
      meaning:
        "Progressive pruning: from an epoch on every edge keeps its likeliest candidates. A pruned candidate is no longer computed.",
      source: "P-DARTS, arXiv:1904.12760 (8 → 5 → 3 → 1)",
    },
    {
      stages: list(kinds.pair("[epoch, keep]", kinds.integer(0), kinds.integer(1)), {
        default: [],
        meaning:
          "[epoch, keep] pairs, ascending in epoch, descending in keep; at the start of that epoch. Epochs count from 0.",
      }),
    },
  ),
  guide: [
    {
      name: "progressive pruning",
      settings: ["strategies.pruning.stages=[[3,2],[5,1]]"],
      formula: "from epoch e on every edge keeps its k likeliest operations",
      defaults: "no stage; 8 → 5 → 3 → 1 in P-DARTS",
      source: "P-DARTS, arXiv:1904.12760",
      use: "Pruned operations are not computed: later epochs are faster, and the gap closes. Decides early, so warm up first.",
    },
  ],
  /** Stages come later and later and keep fewer and fewer. */
  checkOwn(place, { stages }) {
    const ordered = stages.every(([epoch, keep], i) => {
      const before = stages[i - 1];
      return !before || (epoch > before[0] && keep < before[1]);
    });
    check(place, "stages", ordered, "ascending in epoch and descending in keep", stages);
  },
  checkAround(place, { stages }, { epochs, space }) {
    const at = `${place}.strategies.pruning`;
    const most = space.primitives.length;
    for (const [epoch, keep] of stages) {
      check(at, "stages", epoch < epochs, `at epochs below ${epochs}`, epoch);
      check(at, "stages", keep < most, `keeps below the ${most} primitives`, keep);
    }
  },
});
