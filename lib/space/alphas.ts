/**
 * Architecture parameters of a search, as plain raw logits.
 *
 * - `cells[group][edge][primitive]`: edges in the order of `edgesOf(steps)`, primitives in the space's order
 * - `depth[stage][source]`: source 0 is the stage's opening state, source i the output of its i-th cell;
 *   empty where the space does not search that stage's depth, or the stage has no cells
 * - `width[stage][choice]`: in the order of the space's width choices; empty where there is one choice
 *
 * Lengths: `alphaShapes`; check: `checkAlphas`.
 */
export interface Alphas {
  readonly cells: readonly (readonly (readonly number[])[])[];
  readonly depth: readonly (readonly number[])[];
  readonly width: readonly (readonly number[])[];
}
