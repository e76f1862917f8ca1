import type { SpaceConfig } from "../config/spaceConfig";
import { cellTensorFactor } from "./builtCells";

/** How many concatenated nodes each axis of a tensor runs over; 1 where there is no entry. */
export function concatenatedAxes(name: string, space: SpaceConfig): readonly number[] {
  const { steps } = space;
  const factor = cellTensorFactor(space);
  if (name === "extraStem.kernel") return [1, 1, 1, steps];
  if (name.startsWith("extraStem.")) return [steps];
  if (name === "head.weight") return [factor, 1];
  if (name.startsWith("headNorm.")) return [factor];
  if (/\.process\.(kernel|latent)$/.test(name)) return [1, 1, steps, 1];
  if (/\.process\.rsign\./.test(name)) return [steps];
  if (/\.shortcut\..*latent$/.test(name)) return [1, 1, factor, factor];
  if (name.includes(".shortcut.")) return [factor];
  return [];
}
