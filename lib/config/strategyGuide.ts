/** One search strategy against collapse, told for a reader. */
export interface StrategyEntry {
  readonly name: string;
  /** Settings of the search that turn it on, as `bars search --set` takes them. */
  readonly settings: readonly string[];
  readonly formula: string;
  /** What is on without being asked for, and the values of the source. */
  readonly defaults: string;
  readonly source: string;
  /** When it helps, and what it costs. */
  readonly use: string;
}

/**
 * Every strategy a search can combine. `bars search --list-strategies` and `docs/strategies.md` print this; a test
 * holds each setting against the config.
 */
export const strategyGuide: readonly StrategyEntry[] = [
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
    name: "skip dropout",
    settings: ['strategies.skipDropout={"kind":"linear","from":0.5,"to":0}'],
    formula: "skip(x) ⊙ m / (1 − r), m ~ Bernoulli(1 − r) per channel and image",
    defaults: "r = 0; 0, 0.4 and 0.7 by stage, decaying, in P-DARTS (single elements there)",
    source: "P-DARTS, arXiv:1904.12760",
    use: "Against skips only; poolings then win instead. With the derive rule skip_cap (at most M = 2 skips a cell).",
  },
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
  {
    name: "auxiliary skip",
    settings: ['strategies.auxiliarySkip={"kind":"linear","from":1,"to":0}'],
    formula: "β(e) · x beside the mixture on every edge, β from 1 to 0",
    defaults: "β = 0; 1 → 0 linearly or by cosine in DARTS-",
    source: "DARTS-, arXiv:2009.01027",
    use: "Takes from skip connections what they win by easing the supernet's training. Ends at 0, or the gap stays.",
  },
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
    settings: ["strategies.eigenvalueStop.method=adapt", "diagnostics.eigenvalueEvery=1"],
    formula: "at such an epoch: back to e − δ with 3 times the weight decay, up to 0.0243",
    defaults: "off; factor 3, at most 0.0243",
    source: "R-DARTS (DARTS-ADA), arXiv:1909.09656",
    use: "Where stopping would leave too little search. Works through weight decay, so that must be above 0.",
  },
  {
    name: "progressive pruning",
    settings: ["strategies.pruning.stages=[[20,2],[30,1]]"],
    formula: "from epoch e on every edge keeps its k likeliest operations",
    defaults: "no stage; 8 → 5 → 3 → 1 in P-DARTS",
    source: "P-DARTS, arXiv:1904.12760",
    use: "Pruned operations are not computed: later epochs are faster, and the gap closes. Decides early, so warm up first.",
  },
  {
    name: "path sampling",
    settings: ["samplers.cell.method=path", 'samplers.cell.temperature={"kind":"linear","from":10,"to":0.1}'],
    formula: "one-hot h of the largest entry of s = softmax((α + G) / T); weights h ⊙ (1 + s − stop(s))",
    defaults: "off; T = 10 → 0.1 in GDAS",
    source: "GDAS, arXiv:1910.04465, equation 7",
    use: "The values and gradients of a step are those of one operation an edge: trained as it will be derived. Noisy in short searches. Not cheaper on the default engine: onnx compiles whole steps and computes all candidates, the others with weight 0; the other engines leave them out.",
  },
  {
    name: "bi-sampling",
    settings: ["strategies.biSampling.depth=true", "strategies.biSampling.width=true"],
    formula:
      "two layouts a weight step, the first argmax (α + G), the second without the first's choices; gradients averaged",
    defaults: "off; second by Gumbel (or random, min, max alpha)",
    source: "TF-NAS, arXiv:2008.05314",
    use: "Against layouts that starve: depths and widths that are never drawn. Doubles a weight step.",
  },
];

/**
 * The guide as plain text, for a terminal.
 *
 * @example
 * ```ts
 * console.log(bars.config.strategyText().length > 1000); // true
 * ```
 */
export function strategyText(): string {
  return strategyGuide
    .map(({ name, settings, formula, defaults, source, use }) =>
      [
        name,
        `  formula   ${formula}`,
        `  defaults  ${defaults}`,
        `  source    ${source}`,
        `  use       ${use}`,
        ...settings.map((setting) => `  --set     '${setting}'`),
      ].join("\n"),
    )
    .join("\n\n");
}

/** The guide as Markdown, one section a strategy. */
export function strategyMarkdown(): string {
  return strategyGuide
    .map(({ name, settings, formula, defaults, source, use }) =>
      [
        `## ${(name[0] as string).toUpperCase()}${name.slice(1)}`,
        "",
        `- Formula: ${formula}`,
        `- Defaults: ${defaults}`,
        `- Source: ${source}`,
        `- When it helps: ${use}`,
        "",
        "```sh",
        `bars search ${settings.map((setting) => `--set '${setting}'`).join(" ")}`,
        "```",
        "",
      ].join("\n"),
    )
    .join("\n");
}
