/** First and second moments of rows, added up as the rows come by: memory `columns²`, whatever their number. */
export class Moments {
  readonly columns: number;
  rows = 0;
  readonly #sums: Float64Array;
  readonly #products: Float64Array;
  /** Subtracted from every value: keeps the difference of large sums exact. The first row. */
  #shift: Float64Array | null = null;

  constructor(columns: number) {
    this.columns = columns;
    this.#sums = new Float64Array(columns);
    this.#products = new Float64Array(columns * columns);
  }

  /** @param values whole rows, one after another. */
  add(values: ArrayLike<number>): void {
    const { columns } = this;
    const row = new Float64Array(columns);
    this.#shift ??= Float64Array.from({ length: columns }, (_, c) => values[c] as number);
    for (let at = 0; at < values.length; at += columns) {
      for (let c = 0; c < columns; c++) {
        row[c] = (values[at + c] as number) - (this.#shift[c] as number);
        this.#sums[c] = (this.#sums[c] as number) + (row[c] as number);
      }
      for (let a = 0; a < columns; a++) {
        const left = row[a] as number;
        if (left === 0) continue;
        const start = a * columns;
        for (let b = a; b < columns; b++)
          this.#products[start + b] = (this.#products[start + b] as number) + left * (row[b] as number);
      }
      this.rows += 1;
    }
  }

  /** Covariance `[columns][columns]`, divided by the number of rows. */
  covariance(): number[][] {
    const { columns, rows } = this;
    const result = Array.from({ length: columns }, () => new Array<number>(columns).fill(0));
    for (let a = 0; a < columns; a++) {
      for (let b = a; b < columns; b++) {
        const product = (this.#products[a * columns + b] as number) / rows;
        const value = product - ((this.#sums[a] as number) / rows) * ((this.#sums[b] as number) / rows);
        (result[a] as number[])[b] = value;
        (result[b] as number[])[a] = value;
      }
    }
    return result;
  }
}
