/** A mean over the last stretch of a course that is known piece by piece. */
export interface WindowMean {
  /** The mean over `(from, to]`; replaces what was said of places after `from`. */
  add(from: number, to: number, mean: number): void;
  /** Mean over the window that ends where the last piece does, or over what is known of it; undefined before any. */
  value(): number | undefined;
}

/**
 * A moving mean of constant length `span`, over pieces of any length: `Σ overlapᵢ · meanᵢ / Σ overlapᵢ`. A piece that
 * reaches into the window only in part counts by that part.
 */
export function windowMean(span: number): WindowMean {
  let pieces: { readonly from: number; readonly to: number; readonly mean: number }[] = [];
  return {
    add(from, to, mean) {
      pieces = pieces
        .filter((piece) => piece.from < from && piece.to > to - span)
        .map((piece) => (piece.to > from ? { ...piece, to: from } : piece));
      pieces.push({ from, to, mean });
    },
    value() {
      const end = pieces.at(-1)?.to ?? 0;
      let [sum, weight] = [0, 0];
      for (const { from, to, mean } of pieces) {
        const overlap = to - Math.max(from, end - span);
        sum += overlap * mean;
        weight += overlap;
      }
      return weight > 0 ? sum / weight : undefined;
    },
  };
}
