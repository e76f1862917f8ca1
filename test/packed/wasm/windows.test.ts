import { describe, expect, it } from "vitest";
import { segmentsOf } from "../../../lib/packed/wasm/windows";

describe("segmentsOf", () => {
  it.each([1, 3] as const)(
    "covers every run once, and lets no byte sum more than 255 (%i taps a byte)",
    (taps) => {
      for (const length of [2, 4, 20, 22, 62, 64, 126, 1152]) {
        const runs = [0, 1, 2].map((row) => ({ offset: 5000 * row, length }));
        const segments = segmentsOf(runs, taps);
        const seen: number[] = [];
        let sum = 0;
        let stored = false;
        for (let i = 0; i < segments.length; i += 3) {
          const [offset, size, after] = segments.subarray(i, i + 3) as unknown as [number, number, number];
          for (let k = 0; k < size; k++) seen.push(offset + k);
          // Every nibble has four bits.
          sum += 4 * taps * size;
          expect(sum).toBeLessThanOrEqual(255);
          if (after === 0) continue;
          expect(after).toBe(stored ? 2 : 1);
          stored = true;
          sum = 0;
        }
        expect(sum).toBe(0);
        expect(seen).toEqual(runs.flatMap(({ offset }) => Array.from({ length }, (_, k) => offset + k)));
      }
    },
  );
});
