import { detach, tf } from "../backend";
import type { SpaceConfig } from "../config/spaceConfig";
import { type Stage, stagesOf } from "../space/stages";
import { widthSlots } from "../space/widthSlots";
import type { AlphaTensors } from "./alphaVariables";

/**
 * What a soft layout means for every tensor of the supernet: distributions over the width choices, and the
 * mixture at the end of each stage. `null` stands for "not searched": full width, last state.
 */
export interface LayoutWeights {
  /** Per stage: distribution of the width its opening state has, `[choices]`. */
  readonly opening: readonly (tf.Tensor | null)[];
  /** Per stage and place among its normal cells: distribution of the width of the cell's input, `[choices]`. */
  readonly own: readonly (readonly (tf.Tensor | null)[])[];
  /** Per stage and normal cell: distribution of the width of the cell's output, `[choices]`. */
  readonly output: readonly (readonly (tf.Tensor | null)[])[];
  /** Per stage: weights of the states 0 … cells in the tensor the next stage reads, `[cells + 1]`. */
  readonly sink: readonly (tf.Tensor | null)[];
}

/**
 * Works out {@link LayoutWeights} from depth and width weights.
 *
 * A stage that keeps no cell has no width of its own, so its opening state has the width of the next stage:
 * `õ_s = (1 − d_{s,0}) w_s + d_{s,0} õ_{s+1}`. The last kept cell of a stage that is followed by another puts
 * out the next stage's width; cell i is the last one, given that it is kept, with probability
 * `l_i = d_{s,i} / Σ_{j ≥ i} d_{s,j}`, so its output width is distributed as `l_i õ_{s+1} + (1 − l_i) w_s`. At
 * one-hot weights this is exactly the rule of the derived network; in between it is its expectation. With a width per
 * cell, `w_s` stands for that of the next cell (in `õ_s` of the first), and a last cell of the last stage keeps its own.
 *
 * @param drawnWidths whether the widths are one-hot and only the drawn ones are computed. The depth that leaves a stage empty
 * then has no gradient through the width that its opening state takes over: that needs the width it does not have.
 */
export function layoutWeights(
  space: SpaceConfig,
  weights: Pick<AlphaTensors, "depth" | "width">,
  drawnWidths = false,
): LayoutWeights {
  const stages = stagesOf(space);
  const searchWidth = space.widthChoices.length > 1;
  const own = widthSlots(space).map((slots) =>
    slots.map((slot) => (searchWidth ? (weights.width[slot] as tf.Tensor) : null)),
  );
  const opening: (tf.Tensor | null)[] = stages.map(() => null);
  const output: (tf.Tensor | null)[][] = stages.map((stage) => stage.cells.map(() => null));
  if (searchWidth) {
    for (const stage of [...stages].reverse()) {
      const s = stage.index;
      const next = stage.closing === null ? null : (opening[s + 1] as tf.Tensor);
      const depth = weights.depth[s] ?? null;
      const widths = own[s] as tf.Tensor[];
      const empty = keepsNone(stage, depth);
      const handed = drawnWidths && typeof empty !== "number" ? detach(empty) : empty;
      opening[s] = mix(handed, next, widths[0] as tf.Tensor);
      stage.cells.forEach((_, i) => {
        const here = widths[i] as tf.Tensor;
        const following = widths[i + 1] ?? here;
        // In the last stage a last cell keeps its own width, which is the following one's where widths are per stage.
        const ends = next ?? (following === here ? null : here);
        (output[s] as (tf.Tensor | null)[])[i] = mix(isLast(stage, depth, i + 1), ends, following);
      });
    }
  }
  return { opening, own, output, sink: stages.map((stage) => weights.depth[stage.index] ?? null) };
}

/** `share · a + (1 − share) · b`, without the arithmetic where the share is a plain 0 or 1 or there is no `a`. */
function mix(share: tf.Tensor | number, a: tf.Tensor | null, b: tf.Tensor): tf.Tensor {
  if (a === null || share === 0) return b;
  if (share === 1) return a;
  return tf.add(tf.mul(share, a), tf.mul(tf.sub(1, share), b));
}

function keepsNone(stage: Stage, depth: tf.Tensor | null): tf.Tensor | number {
  if (stage.cells.length === 0) return 1;
  return depth ? tf.slice(depth, [0], [1]) : 0;
}

/** Probability that cell `i` (from 1) is the last kept one, given that it is kept. */
function isLast(stage: Stage, depth: tf.Tensor | null, i: number): tf.Tensor | number {
  if (!depth || i === stage.cells.length) return i === stage.cells.length ? 1 : 0;
  const tail = tf.sum(tf.slice(depth, [i], [stage.cells.length + 1 - i]));
  return tf.div(tf.slice(depth, [i], [1]), tf.maximum(tail, 1e-6));
}

/** Rows of ones on the leading `round(width · channels)` channels, `[choices, channels]`. */
export function widthMasks(space: SpaceConfig, channels: number): tf.Tensor2D {
  const rows = space.widthChoices.map((width) => {
    const kept = Math.round(width * channels);
    return Array.from({ length: channels }, (_, c) => (c < kept ? 1 : 0));
  });
  return tf.tensor2d(rows);
}
