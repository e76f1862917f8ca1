import { structuralCapacity } from "../../analysis/structuralCapacity";
import type { Genotype } from "../../space/genotype";
import { countText, listText } from "./readingText";

/**
 * The smallest cuts of named architectures beside the bits of the image, as Markdown: where each cut runs, and whether
 * the wiring alone forces something to be lost.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const other = bars.space.mutateGenotype(genotype, bars.randomKey(0));
 * console.log(bars.readings.capacityReading({ derived: genotype, mutant: other }).length > 0); // true
 * ```
 */
export function capacityReading(genotypes: Readonly<Record<string, Genotype>>): string {
  return Object.entries(genotypes)
    .map(([name, genotype]) => {
      const { minCut, imageBits } = structuralCapacity(genotype);
      const [cut, image] = [countText(minCut.bits), countText(imageBits)];
      const forced =
        minCut.bits < imageBits
          ? `fewer than the ${image} bits of the image: the wiring alone forces a loss`
          : `no fewer than the ${image} bits of the image: the wiring alone forces no loss`;
      const places = listText(minCut.names.map((place) => `\`${place}\``));
      return `- **${name}**: the smallest cut is ${places}, ${cut} bits, ${forced}.`;
    })
    .join("\n");
}
