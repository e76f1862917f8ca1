import { traitsOf } from "../primitives/primitives";
import type { BinarizationConfig } from "./binarizationConfig";
import { check } from "./check";
import type { SpaceConfig } from "./spaceConfig";

/**
 * IR-Net divides by the deviation of a filter's weights, also of those that the least width leaves: it takes two.
 *
 * @param divisor only one in so many channels passes through the primitives.
 */
export function checkFilters(
  place: string,
  { space, binarization }: { readonly space: SpaceConfig; readonly binarization: BinarizationConfig },
  divisor = 1,
): void {
  if (binarization.weight !== "irnet") return;
  const { initChannels, widthChoices, steps, processKind, primitives, convGroups } = space;
  const width = widthChoices[0] as number;
  const channels = Math.round(width * initChannels);
  const seen = Math.floor(channels / divisor);
  const filters: (readonly [name: string, weights: number])[] = [
    ...(processKind === "binary" ? [["the cells' 1x1", steps * channels] as const] : []),
    ...primitives.flatMap((name) => {
      const { kind, kernel, grouped } = traitsOf(name);
      return kind === "conv" ? [[name, (seen * kernel ** 2) / (grouped ? convGroups : 1)] as const] : [];
    }),
  ];
  for (const [name, weights] of filters) {
    check(
      `${place}.binarization`,
      "weight",
      weights >= 2,
      `another method where a filter of ${name} has fewer than 2 weights at the least width (${width} of ${initChannels} channels), which have no deviation; raise space.initChannels or the least of space.widthChoices, or choose another method`,
      binarization.weight,
    );
  }
}
