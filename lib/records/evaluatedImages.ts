import type { SearchRecord } from "./searchRecord";

/** Images of the alpha split that the accuracies of each epoch were measured on. */
export function evaluatedImages({ config, data }: Pick<SearchRecord, "config" | "data">): number {
  const { evaluationImages } = config;
  return evaluationImages > 0 ? Math.min(evaluationImages, data.alphaImages) : data.alphaImages;
}
