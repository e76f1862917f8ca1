/**
 * Architecture parameters of a search, as plain raw logits.
 *
 * - `cells[group][edge][primitive]`: edges in the order of `edgesOf(steps)`, primitives in the space's order
 * - `depth[stage][source]`: source 0 is the stage's opening state, source i the output of its i-th cell;
 *   empty where the space does not search that stage's depth, or the stage has no cells
 * - `width[stage][choice]`: in the order of the space's width choices; empty where there is one choice
 * - `edges[group][edge]`, only where edges have weights of their own (PC-DARTS, arXiv:1907.05737): logits whose
 *   softmax over the edges that enter a node multiplies the node's operations
 *
 * Lengths: `alphaShapes`; check: `checkAlphas`.
 */
export interface Alphas {
  readonly cells: readonly (readonly (readonly number[])[])[];
  readonly depth: readonly (readonly number[])[];
  readonly width: readonly (readonly number[])[];
  readonly edges?: readonly (readonly number[])[] | undefined;
}
