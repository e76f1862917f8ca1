import type { StrategyEntry } from "./strategy";

/** Cures against collapse that are settings of other sections of a search, for the guide. */
export const otherCures: readonly StrategyEntry[] = [
  {
    name: "warm-up",
    settings: ["warmupEpochs=5"],
    formula: "alphas rest for the first epochs; weights train at the start's near-even mixture",
    defaults: "5 of 50 epochs",
    source: "PC-DARTS, arXiv:1907.05737; P-DARTS, arXiv:1904.12760",
    use: "Always worth it: binary convolutions learn slower than poolings look good. Costs nothing.",
  },
  {
    name: "temperature sharpening",
    settings: ['samplers.cell.temperature={"kind":"exponential","from":1,"factor":0.95,"min":0.2}'],
    formula: "p = softmax(α / T), T < 1",
    defaults: "T = 1; 0.2 in BATS",
    source: "BATS, arXiv:2003.01711",
    use: "Separates a winner and closes the discretisation gap; sharpens a wrong winner as well.",
  },
  {
    name: "entropy, signed and scheduled",
    settings: ['entropy.cell={"kind":"exponential","from":-1,"factor":0.878,"min":-1}'],
    formula:
      "L + Σ_level c(e) · H_level, with mean row entropy H; BNAS: c = −exp(−e / 7.7), aw_nas: c = +0.01",
    defaults: "c = 0 at every level; any schedule, of either sign",
    source: "BNAS, arXiv:2008.02837 (negative: diversity); aw_nas, arXiv:2012.10388 (positive: decision)",
    use: "Negative early keeps slow operations in the race; positive late closes the gap.",
  },
  {
    name: "path sampling",
    settings: ["samplers.cell.method=path", 'samplers.cell.temperature={"kind":"linear","from":10,"to":0.1}'],
    formula: "one-hot h of the largest entry of s = softmax((α + G) / T); weights h ⊙ (1 + s − stop(s))",
    defaults: "off; T = 10 → 0.1 in GDAS",
    source: "GDAS, arXiv:1910.04465, equation 7",
    use: "The values and gradients of a step are those of one operation an edge: trained as it will be derived. Noisy in short searches. Not cheaper on the default engine: onnx compiles whole steps and computes all candidates, the others with weight 0; the other engines leave them out.",
  },
];
