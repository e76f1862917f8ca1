import { check } from "../check";
import { samplers as allSamplers } from "../samplers";
import { integer, oneOf, schedule, section } from "../section";
import { strategy } from "./strategy";

/*
 * Note (paper): perturbed are the mixture weights (clamped to [0, 1]), not the raw alphas.
 */
export const perturbation = strategy({
  name: "perturbation",
  setting: section(
    {
      meaning: "Weights are trained under perturbed cell choices, so that the loss is flat around them.",
      source: "SDARTS, arXiv:2002.05283",
    },
    {
      method: oneOf(["none", "random", "adversarial"], {
        default: "none",
        meaning:
          '"random": uniform in [−ε, ε] on every mixture weight. "adversarial": projected gradient ascent on the training loss inside the box, steps of 2ε / steps from a random start; kept only where the loss rises.',
      }),
      epsilon: schedule({
        default: { kind: "linear", from: 0.03, to: 0.3 },
        min: 0,
        max: 1,
        meaning: "ε, half the side of the box.",
      }),
      steps: integer({ default: 7, min: 1, meaning: 'Steps of "adversarial".' }),
    },
  ),
  guide: [
    {
      name: "random perturbation",
      settings: ["strategies.perturbation.method=random"],
      formula: "weights train at clip(p + δ, 0, 1), δ uniform in [−ε, ε]",
      defaults: "off; ε = 0.03 → 0.3 linearly, as in SDARTS-RS",
      source: "SDARTS, arXiv:2002.05283",
      use: "Flattens the loss around the mixture, so that its discretisation costs less. Free.",
    },
    {
      name: "adversarial perturbation",
      settings: ["strategies.perturbation.method=adversarial"],
      formula:
        "δ = argmax over the box of the training loss: `steps` sign-gradient steps of 2ε / steps from a random start, kept where the loss rises",
      defaults: "off; ε = 0.03 → 0.3, 7 steps, as in SDARTS-ADV",
      source: "SDARTS, arXiv:2002.05283, equation 6",
      use: "Stronger than random; a weight step costs about 9 times as much.",
    },
  ],
  checkAround(place, { method }, { samplers, order }) {
    const at = `${place}.strategies.perturbation`;
    const sampler = samplers.cell.method;
    check(
      at,
      "method",
      method === "none" || !allSamplers.get(sampler).single,
      `"none" where samplers.cell.method is "${sampler}" (a single choice has no neighbourhood)`,
      method,
    );
    check(
      at,
      "method",
      method === "none" || order === "first",
      '"none" where order is "second" (the unrolled weight step takes one unperturbed draw)',
      method,
    );
  },
});
