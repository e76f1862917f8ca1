import type { Figure } from "../frame/figure";
import { plotlyHost } from "./plotlyHost";

/**
 * Checks a figure against plotly's own schema: misspelt attributes, values of the wrong kind, traces of unknown
 * types.
 *
 * @returns one sentence for each finding; empty for a figure that is in order.
 */
export function validateFigure(figure: Figure): string[] {
  return plotlyHost().validate(figure);
}
