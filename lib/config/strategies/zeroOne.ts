import { check } from "../check";
import { isIndependent } from "../samplers";
import { oneOf, schedule, section } from "../section";
import { strategy } from "./strategy";

export const zeroOne = strategy({
  name: "zeroOne",
  setting: section(
    {
      meaning:
        'Adds −c · mean (σ(α) − 1/2)² ("l2") or −c · mean |σ(α) − 1/2| ("l1") over the operations of all cells, which drives independent choices to 0 or 1. Needs samplers.cell.method "plain_sigmoid" (as there) or "sigmoid" (with noise).',
      source: "FairDARTS, arXiv:1911.12126",
    },
    {
      coefficient: schedule({ default: 0, min: 0, meaning: "c: 0 turns it off; 10 in FairDARTS." }),
      form: oneOf(["l2", "l1"], { default: "l2", meaning: "Squared or absolute distance." }),
    },
  ),
  guide: [
    {
      name: "independent choices with zero-one loss",
      settings: [
        "samplers.cell.method=plain_sigmoid",
        'strategies.zeroOne.coefficient={"kind":"linear","from":0,"to":10}',
      ],
      formula: "p = sigmoid(α); L − c · mean (p − 1/2)² (l2) or − c · mean |p − 1/2| (l1)",
      defaults: "c = 0, l2; c = 10 in FairDARTS",
      source: "FairDARTS, arXiv:1911.12126, equations 5 and 6",
      use: "Ends the unfair race between operations. Leave `none` out of the primitives: with independent weights it has no gradient, and the zero-one loss then decides about it by its start.",
    },
  ],
  checkAround(place, { coefficient }, { samplers }) {
    const { method } = samplers.cell;
    check(
      `${place}.strategies.zeroOne`,
      "coefficient",
      coefficient === 0 || isIndependent(method),
      `0 unless samplers.cell.method is "plain_sigmoid" or "sigmoid" (it is "${method}")`,
      coefficient,
    );
  },
});
