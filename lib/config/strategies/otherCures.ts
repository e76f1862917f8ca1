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
    use: "The values and gradients of a step are those of one operation an edge: trained as it will be derived. Noisy in short searches. On processors a step computes what it draws: onnx has the others in branches that do not run, other engines leave them out. Graphics cards compute all candidates, the others with weight 0.",
  },
  {
    name: "layouts sampled hard",
    settings: ["samplers.depth.method=hard_gumbel", "samplers.width.method=hard_gumbel"],
    formula:
      "one depth and one width a stage in every step, drawn from the alphas, gradients straight through",
    defaults: "off",
    source: "Jang et al. 2017, arXiv:1611.01144; the soft masks it avoids: TF-NAS, arXiv:2008.05314",
    use: "The weights are trained at widths that exist. Soft masks multiply along the way, so that wide is trained least and looks worst. Cells stay mixtures.",
  },
  {
    name: "masks multiplied once",
    settings: ["mixture.widthMasks=once"],
    formula:
      "mask m into what a convolution gives, never again into what has it: m instead of m^k on a way of k tensors",
    defaults: "off: every tensor is masked",
    source: "this library's own; soft masks of channels: FBNetV2, arXiv:2004.05565",
    use: "With soft widths trailing channels keep their share however deep they lie. Changes nothing at one-hot widths but gradients. Free.",
  },
  {
    name: "empty nodes by their share",
    settings: ["mixture.emptyNodes=by_share"],
    formula:
      "convolutions read f · bits + (1 − f) · the bits of an empty node, f_j = 1 − Π_i (1 − (1 − p_none,ij) f_i)",
    defaults: "off: the batch norm rescales the faintest sum",
    source: "this library's own; mixtures that mean something else than what is derived: arXiv:2108.04392",
    use: "A convolution behind a node that `none` has all but emptied is no longer as good as any other. Of block order bn_conv_relu.",
  },
  {
    name: "budget by a multiplier",
    settings: ["cost.method=multiplier", "cost.measure=bops", "cost.budget=3e6"],
    formula: "after every alpha step p ∝ p · exp(−λ · marginal cost), λ by bisection: E[cost] = budget",
    defaults: "off: a penalty in the loss",
    source: "this library's own; costs as a term of the loss: FBNet, arXiv:1812.03443",
    use: "The expected cost is the budget after every step, and costs no longer share Adam with the loss. The argmax may still miss it: derive with rule budget or perturb.",
  },
  {
    name: "alphas that wait for convolutions",
    settings: ["alphaStart.when=convolutions_count"],
    formula:
      "alphas rest until, on the mean over edges and by two standard errors, L(without convolutions) > L(without none) on held-out images",
    defaults: "off: they move when warm-up ends; at the latest after half of the epochs",
    source: "this library's own; warm-up: PC-DARTS, arXiv:1907.05737",
    use: "A warm-up as long as it must be. Measured at the start of an epoch: two passes an edge.",
  },
];
