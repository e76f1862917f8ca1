/** What a form has to know of an option of a rule. `problem` of the rule stays the judge of what is allowed. */
export type RuleOption = {
  /** What it is called beside its field. */
  readonly label: string;
  /** What it does, in one sentence without a full stop. */
  readonly about: string;
  /** What `null` stands for, where it is allowed: "no limit". */
  readonly none?: string;
} & (
  | {
      readonly kind: "number" | "integer";
      readonly least: number;
      /** Left out: no largest value. */
      readonly most?: number;
      /** Distance of neighbouring values a slider or an arrow key takes. */
      readonly step: number;
      readonly unit: string;
      /** The range of a slider; left out: from `least` to `most`, and no slider where that is open. */
      readonly usual?: readonly [number, number];
    }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "truth" }
);

const probability = { kind: "number", least: 0, most: 1, step: 0.01, unit: "probability" } as const;

/** Options of several rules, each described once. */
export const ruleOptions = {
  k: {
    kind: "integer",
    least: 1,
    step: 1,
    unit: "edges a node",
    label: "k",
    about: "incoming edges each node keeps at most",
  },
  threshold: { ...probability, label: "threshold", about: "least probability of a kept operation" },
  maxPerEdge: {
    kind: "integer",
    least: 1,
    step: 1,
    unit: "operations",
    none: "no limit",
    label: "most per edge",
    about: "operations an edge keeps at most, the likeliest of them",
  },
} as const satisfies Readonly<Record<string, RuleOption>>;
