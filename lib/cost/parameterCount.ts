import type { LayerCost } from "./cost";
import { sumCosts } from "./layerCost";

/** What a parameter count includes of batch norm. */
export interface ParameterCountOptions {
  /**
   * Counts the running mean and variance of every batch norm besides its scale and shift, as Keras summaries
   * (larq-zoo) do. PyTorch's parameter counts, and this library's `realParams`, do not.
   */
  readonly runningStatistics?: boolean;
}

/** Parameters of a table of layers, binary and real together. */
export function parameterCount(rows: readonly LayerCost[], options: ParameterCountOptions = {}): number {
  const { realParams, binaryParams } = sumCosts(rows);
  if (options.runningStatistics !== true) return realParams + binaryParams;
  const norms = rows.filter(({ layer }) => layer === "batch_norm");
  return realParams + binaryParams + sumCosts(norms).realParams;
}
