/** What settings and budgets count of a cost; for one image, one multiply-accumulate = 1. */
export const costMeasures = ["bops", "flops", "ops"] as const;
export type CostMeasure = (typeof costMeasures)[number];
