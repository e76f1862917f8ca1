/** A symmetric matrix as rows; only its lower half is read. */
export type Rows = readonly (readonly number[])[];

/**
 * The lower triangle `L` with `A = L Lᵀ` of a positive definite matrix.
 * @throws Error if the matrix is not positive definite, which a ridge penalty above 0 rules out.
 */
export function cholesky(matrix: Rows): number[][] {
  const n = matrix.length;
  const lower: number[][] = [];
  for (let i = 0; i < n; i++) {
    const row = new Array<number>(n).fill(0);
    lower.push(row);
    for (let j = 0; j <= i; j++) {
      const other = lower[j] as number[];
      let sum = (matrix[i] as readonly number[])[j] as number;
      for (let k = 0; k < j; k++) sum -= (row[k] as number) * (other[k] as number);
      if (i === j && !(sum > 0)) throw new Error(`cholesky: pivot ${i} is ${sum}, not above 0.`);
      row[j] = i === j ? Math.sqrt(sum) : sum / (other[j] as number);
    }
  }
  return lower;
}

/** `L⁻¹ b`. */
export function solveLower(lower: Rows, b: readonly number[]): number[] {
  const x: number[] = [];
  for (let i = 0; i < b.length; i++) {
    const row = lower[i] as readonly number[];
    let sum = b[i] as number;
    for (let k = 0; k < i; k++) sum -= (row[k] as number) * (x[k] as number);
    x.push(sum / (row[i] as number));
  }
  return x;
}

/** `L⁻ᵀ b`. */
export function solveUpper(lower: Rows, b: readonly number[]): number[] {
  const n = b.length;
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i] as number;
    for (let k = i + 1; k < n; k++) sum -= ((lower[k] as readonly number[])[i] as number) * (x[k] as number);
    x[i] = sum / ((lower[i] as readonly number[])[i] as number);
  }
  return x;
}
