import { traitsOf } from "../../primitives/primitives";
import { check } from "../check";
import { checkFilters } from "../checkFilters";
import { flag, integer, section } from "../section";
import { strategy } from "./strategy";

export const partialChannels = strategy({
  name: "partialChannels",
  setting: section(
    { meaning: "Partial channels: less memory and time.", source: "PC-DARTS, arXiv:1907.05737" },
    {
      divisor: integer({
        default: 1,
        min: 1,
        max: 16,
        meaning:
          "K: only one channel in K passes through an edge's operations, the others go by. 1 turns it off; 4 in PC-DARTS.",
      }),
      edgeNormalization: flag({
        default: false,
        meaning: "Learns one more weight per edge, softmax over the edges that enter a node.",
      }),
    },
  ),
  guide: [
    {
      name: "partial channels",
      settings: ["strategies.partialChannels.divisor=4"],
      formula: "one channel in K passes through an edge's operations, the others go by",
      defaults: "K = 1 (off); 4 in PC-DARTS",
      source: "PC-DARTS, arXiv:1907.05737",
      use: "Less memory and time, and less advantage for operations without weights. The derived network has whole channels, so the gap can grow.",
    },
    {
      name: "edge normalization",
      settings: ["strategies.partialChannels.edgeNormalization=true"],
      formula: "γ_ij = softmax over i of β_ij, multiplies all operations of edge i → j",
      defaults: "off",
      source: "PC-DARTS, arXiv:1907.05737, equation 4",
      use: "Steadies the choice among edges where channels are sampled.",
    },
  ],
  checkAround(place, { divisor }, config) {
    const { space } = config;
    const at = `${place}.strategies.partialChannels`;
    const { initChannels, convGroups } = space;
    check(at, "divisor", initChannels % divisor === 0, `a divisor of initChannels ${initChannels}`, divisor);
    const grouped = space.primitives.some((primitive) => traitsOf(primitive).grouped);
    check(
      at,
      "divisor",
      divisor === 1 || !grouped || (initChannels / divisor) % convGroups === 0,
      `one that leaves channels that divide by convGroups ${convGroups}`,
      divisor,
    );
    checkFilters(place, config, divisor);
  },
});
