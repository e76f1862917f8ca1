import type { SpaceConfig } from "../config/spaceConfig";
import { type PagePrimitive, shapeKey } from "../page/explore/exploreData";
import type { BlockStyle } from "../primitives/blockStyle";
import type { OperationShape } from "../primitives/primitive";
import { primitives } from "../primitives/primitives";
import { cellChannels, channelsAt } from "../space/builtCells";
import { cellsOf, type Stage, stagesOf } from "../space/stages";

/** The settings of a search that shapes and costs follow from. */
export interface SpaceAndStyle {
  readonly space: SpaceConfig;
  readonly binarization: BlockStyle;
}

/** The user's own primitives of several searches, with their layers at every shape they can have there. */
export function pagePrimitives(searches: readonly SpaceAndStyle[]): PagePrimitive[] {
  const own = new Set(
    searches.flatMap(({ space }) => space.primitives.filter((name) => primitives.versionOf(name) !== null)),
  );
  return [...own].map((name) => {
    const { traits, look, layers } = primitives.get(name);
    const known = searches
      .filter(({ space }) => space.primitives.includes(name))
      .flatMap(({ space, binarization }) =>
        operationShapes(space).map(
          (shape) => [shapeKey(shape, space, binarization), layers(shape, space, binarization)] as const,
        ),
      );
    return {
      name,
      version: primitives.versionOf(name) as number,
      traits,
      look,
      layers: Object.fromEntries(known),
    };
  });
}

/** Every shape an operation of a space's cells can have: all cells at all pairs of widths. */
function operationShapes(space: SpaceConfig): OperationShape[] {
  const stages = stagesOf(space);
  return cellsOf(space).flatMap(({ index, stage: s, reduction }) => {
    const stage = stages[s] as Stage;
    const joint = !reduction && stage.closing !== null && stage.cells.includes(index);
    return space.widthChoices.flatMap((a) =>
      space.widthChoices.flatMap((b): OperationShape[] => {
        if (a !== b && !joint) return [];
        const outChannels = channelsAt(stage, b);
        const inChannels = reduction ? outChannels / 2 : channelsAt(stage, a);
        const stride = reduction ? 2 : 1;
        const { entry, node } = cellChannels(space, { inChannels, outChannels, stride });
        return [
          { inChannels: entry, outChannels: node, stride },
          { inChannels: node, outChannels: node, stride: 1 },
        ];
      }),
    );
  });
}
