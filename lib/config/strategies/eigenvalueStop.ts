import { check } from "../check";
import { integer, number, oneOf, section } from "../section";
import { strategy } from "./strategy";

export const eigenvalueStop = strategy({
  name: "eigenvalueStop",
  setting: section(
    {
      meaning:
        "Watches the dominant eigenvalue λ of ∇²_α L_val. With m(e) its mean over the last window epochs, the search has gone astray where m(e) / m(e − delta) > ratio.",
      source: "R-DARTS / DARTS-ES, arXiv:1909.09656",
    },
    {
      method: oneOf(["none", "stop", "adapt"], {
        default: "none",
        meaning:
          '"stop": the search ends; the architecture is that of epoch e − delta. "adapt": the search goes back to epoch e − delta with decayFactor times the weight decay, up to maxDecay (after that it goes on).',
      }),
      window: integer({ default: 5, min: 1, unit: "epochs", meaning: "Epochs the mean is taken over." }),
      ratio: number({ default: 1.3, above: 1, meaning: "Growth of the mean that is too much." }),
      delta: integer({ default: 4, min: 1, unit: "epochs", meaning: "Epochs between the means compared." }),
      startEpoch: integer({ default: 10, min: 0, unit: "epoch", meaning: "First epoch that may stop." }),
      decayFactor: number({ default: 3, above: 1, meaning: '"adapt": multiplies the weight decay.' }),
      maxDecay: number({ default: 0.0243, min: 0, meaning: '"adapt": largest weight decay.' }),
    },
  ),
  guide: [
    {
      name: "eigenvalue stop",
      settings: ["strategies.eigenvalueStop.method=stop", "diagnostics.eigenvalueEvery=1"],
      formula:
        "stop at epoch e where m(e) / m(e − δ) > 1.3, m the mean |λ_max(∇²_α L_val)| of 5 epochs; the architecture is that of e − δ",
      defaults: "off; window 5, ratio 1.3, δ = 4, from epoch 10",
      source: "R-DARTS (DARTS-ES), arXiv:1909.09656",
      use: "Ends a search before it collapses. Costs two gradients an iteration, at most 10 an epoch.",
    },
    {
      name: "eigenvalue rollback",
      settings: [
        "strategies.eigenvalueStop.method=adapt",
        "diagnostics.eigenvalueEvery=1",
        "weightOptimizer.weightDecay=3e-4",
      ],
      formula: "at such an epoch: back to e − δ with 3 times the weight decay, up to 0.0243",
      defaults: "off; factor 3, at most 0.0243",
      source: "R-DARTS (DARTS-ADA), arXiv:1909.09656",
      use: "Where stopping would leave too little search. Works through weight decay, so that must be above 0.",
    },
  ],
  checkAround(place, { method }, { diagnostics, weightOptimizer }) {
    check(
      `${place}.diagnostics`,
      "eigenvalueEvery",
      method === "none" || diagnostics.eigenvalueEvery === 1,
      `1 where strategies.eigenvalueStop is "${method}"`,
      diagnostics.eigenvalueEvery,
    );
    const { weightDecay } = weightOptimizer;
    check(
      `${place}.weightOptimizer`,
      "weightDecay",
      method !== "adapt" || weightDecay > 0,
      'above 0 where strategies.eigenvalueStop is "adapt" (which multiplies it)',
      weightDecay,
    );
  },
});
