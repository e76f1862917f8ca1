import { describe, expect, it } from "vitest";
import { structuralCapacity } from "../../../lib/analysis/structuralCapacity";
import { comparisonPresets } from "../../../lib/experiments/comparison/comparisonPresets";
import { matchedVariants } from "../../../lib/experiments/comparison/runComparison";
import { capacityReading } from "../../../lib/experiments/readings/capacityReading";

describe("capacityReading", () => {
  it("says for notebook 03's two networks where the cut runs and whether it is narrower than the image", () => {
    const [whole, bare] = matchedVariants("topology", comparisonPresets.smoke, ["no-shortcut"]);
    if (!whole || !bare) throw new Error("no such variants");
    const text = capacityReading({ whole: whole.genotype, bare: bare.genotype });
    const bits = structuralCapacity(bare.genotype).minCut.bits.toLocaleString("en-US");
    expect(text).toContain(
      "- **whole**: the smallest cut is `cell5.process.bits` and `cell5.shortcut`, 27,648 bits, no fewer than the 24,576 bits of the image: the wiring alone forces no loss.",
    );
    expect(text).toContain(
      `${bits} bits, fewer than the 24,576 bits of the image: the wiring alone forces a loss.`,
    );
  });
});
