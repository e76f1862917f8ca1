import { fold, gumbel, type RandomKey } from "../random/randomKey";
import { DeriveError } from "../util/errors";
import { showValue } from "../util/showValue";
import { layoutByMaximum, oneOperationPerEdge } from "./choices";
import type { DeriveRule } from "./deriveRule";

/** One draw from the softmax distribution of every choice, by the Gumbel-max identity. */
export const sampleRule: DeriveRule = Object.freeze({
  formula:
    "on every edge argmax_o (α_o / T + g_o), g = −ln(−ln u), which draws o with softmax probability; likewise depth and width",
  source: "Maddison et al. 2014, arXiv:1411.0030 (Gumbel-max); aw_nas derives from such a sample",
  defaults: Object.freeze({ method: "softmax", temperature: 1 } as const),
  fields: {},
  methods: ["softmax"],
  needsKey: true,
  ownLayout: true,
  problem: ({ method }) =>
    method === "softmax"
      ? null
      : `method must be softmax (one operation an edge is drawn), got ${showValue(method)}`,
  choose: ({ space, alphas, key }, { temperature }) => {
    if (key === undefined)
      throw new DeriveError('derive: rule "sample" expected a key to draw with, got none.');
    const noisy = (row: readonly number[], at: RandomKey) => {
      const noise = gumbel(at, row.length);
      return row.map((alpha, i) => alpha / temperature + (noise[i] as number));
    };
    const cells = alphas.cells.map((rows, group) => {
      const groupKey = fold(fold(key, "cells"), group);
      return oneOperationPerEdge(
        space,
        rows.map((row, edge) => noisy(row, fold(groupKey, edge))),
      );
    });
    const depth = alphas.depth.map((row, stage) => noisy(row, fold(fold(key, "depth"), stage)));
    const width = alphas.width.map((row, stage) => noisy(row, fold(fold(key, "width"), stage)));
    return { cells, ...layoutByMaximum(space, { depth, width }) };
  },
} satisfies DeriveRule);
