import { describe, expect, it } from "vitest";
import { defaultStrategiesConfig } from "../../../lib/config/strategiesConfig";
import { epochToReturnTo } from "../../../lib/search/strategies/eigenvalueStop";

const settings = { ...defaultStrategiesConfig.eigenvalueStop, method: "stop", startEpoch: 0 } as const;
const short = { ...settings, window: 1, delta: 1 };

describe("epochToReturnTo", () => {
  it("goes back by delta when the mean of a window has grown by more than the ratio", () => {
    // Means of 5 up to epochs 6 and 10: (1·5)/5 = 1 and (1 + 1 + 1 + 2 + 2.6)/5 = 1.52.
    expect(epochToReturnTo([1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2.6], settings)).toBe(6);
    // (1 + 1 + 1 + 1.2 + 1.2)/5 = 1.08.
    expect(epochToReturnTo([1, 1, 1, 1, 1, 1, 1, 1, 1, 1.2, 1.2], settings)).toBeNull();
  });

  it("does not stop before startEpoch, nor where no epoch is delta back", () => {
    expect(epochToReturnTo([1, 9], { ...short, startEpoch: 2 })).toBeNull();
    expect(epochToReturnTo([1, 9], { ...short, startEpoch: 1 })).toBe(0);
    expect(epochToReturnTo([9], short)).toBeNull();
  });

  it("needs a growth above the ratio, not equal to it, and compares magnitudes", () => {
    expect(epochToReturnTo([1, 1.3], { ...short, ratio: 1.3 })).toBeNull();
    expect(epochToReturnTo([1, -2], short)).toBe(0);
    expect(epochToReturnTo([-2, 1], short)).toBeNull();
  });

  it("never stops for want of measurements", () => {
    expect(epochToReturnTo([null, 5], short)).toBeNull();
    expect(epochToReturnTo([1, null], short)).toBeNull();
    expect(epochToReturnTo([1, null, 2], { ...short, window: 2 })).toBe(1);
  });
});
