import { describe, expect, it } from "vitest";
import { packAnswers, unpackAnswers } from "../../../lib/experiments/ablation/ablationRecord";
import { pairedChange } from "../../../lib/experiments/ablation/pairedChange";
import { fold, randomKey, uniform } from "../../../lib/random/randomKey";

describe("pairedChange", () => {
  it("gives the interval worked out by hand", () => {
    // n 100, 10 lost, 4 won: d' = -6/102, se = sqrt(15 - 36/102)/102 = 0.0375...
    const before = Uint8Array.from({ length: 100 }, (_, i) => (i < 50 ? 1 : 0));
    const after = Uint8Array.from(before, (right, i) => (i < 10 ? 0 : i >= 96 ? 1 : right));
    const { change, interval } = pairedChange(before, after);
    expect(change).toBeCloseTo(-0.06, 12);
    const half = (1.959963984540054 * Math.sqrt(15 - 36 / 102)) / 102;
    expect(interval[0]).toBeCloseTo(-6 / 102 - half, 12);
    expect(interval[1]).toBeCloseTo(-6 / 102 + half, 12);
  });

  it("covers the true difference in about 95 of 100 draws", () => {
    // Each image: lost 15 %, won 10 %, else as it was. True change: -0.05.
    let covered = 0;
    for (let draw = 0; draw < 1000; draw++) {
      const u = uniform(fold(randomKey(0), draw), 200);
      const before = Uint8Array.from(u, (x) => (x < 0.6 && !(x >= 0.15 && x < 0.25) ? 1 : 0));
      const after = Uint8Array.from(before, (right, i) => {
        const x = u[i] as number;
        return x < 0.15 ? 0 : x < 0.25 ? 1 : right;
      });
      const { interval } = pairedChange(before, after);
      if (interval[0] <= -0.05 && -0.05 <= interval[1]) covered += 1;
    }
    expect(covered).toBeGreaterThan(930);
    expect(covered).toBeLessThan(970);
  });

  it("refuses lists that do not belong together", () => {
    expect(() => pairedChange(new Uint8Array(2), new Uint8Array(3))).toThrow(
      "pairedChange: expected two equally long lists of at least one image, got 2 and 3.",
    );
  });
});

describe("packed answers", () => {
  it.each([1, 7, 8, 9, 100])("come back for %i images", (images) => {
    const correct = Uint8Array.from({ length: images }, (_, i) => ((i * i) % 3 === 1 ? 1 : 0));
    expect(unpackAnswers({ images, loss: 0, correct: packAnswers(correct) })).toEqual(correct);
  });
});
