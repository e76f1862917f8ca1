/** A width for a reader, to three decimals: `2 / 3` → `"0.667"`. The exact one stands in the genotype. */
export const widthText = (width: number): string => String(Number(width.toFixed(3)));
