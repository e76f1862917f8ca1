import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { computedWidths, widthGates } from "../../lib/supernet/cellAtWidths";

beforeAll(() => startBackend("cpu"));

describe("widths at which cells are computed", () => {
  it.each([
    [1, [0], [0]],
    [2, [0, 1], [0, 1]],
    [3, [1, 2], [1, 2]],
    [4, [1, 3], [1, 2, 3]],
  ])(
    "of %i choices: half, rounded down, and all; with cheap programs those between too",
    (choices, few, all) => {
      expect(computedWidths(choices, false)).toEqual(few);
      expect(computedWidths(choices, true)).toEqual(all);
    },
  );

  it("the narrowest that holds the channels of both sides is drawn, for each pair of widths", () => {
    const places = [1, 2, 3];
    for (let input = 0; input < 4; input++)
      for (let output = 0; output < 4; output++) {
        const gates = tf.tidy(() => {
          const oneHot = (choice: number) => tf.tensor1d([0, 1, 2, 3].map((i) => (i === choice ? 1 : 0)));
          return Array.from(widthGates(places, oneHot(input), oneHot(output)).dataSync());
        });
        const larger = Math.max(input, output, 1);
        expect(gates, `${input} ${output}`).toEqual(places.map((place) => (place === larger ? 1 : 0)));
      }
  });
});
