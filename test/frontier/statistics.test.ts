import { describe, expect, it } from "vitest";
import { sampleSummary } from "../../lib/frontier/sampleSummary";
import { incompleteBeta, logGamma, studentTQuantile } from "../../lib/frontier/studentT";

describe("studentTQuantile", () => {
  // Table of Abramowitz & Stegun 26.10 and, for the last row, the normal quantile 1.959964.
  it.each([
    { dof: 1, t: 12.7062 },
    { dof: 2, t: 4.302653 },
    { dof: 3, t: 3.182446 },
    { dof: 4, t: 2.776445 },
    { dof: 9, t: 2.262157 },
    { dof: 30, t: 2.042272 },
    { dof: 1e6, t: 1.959966 },
  ])("gives the tabulated 97.5 % point for $dof degrees of freedom", ({ dof, t }) => {
    expect(studentTQuantile(0.975, dof) / t).toBeCloseTo(1, 5);
    expect(studentTQuantile(0.025, dof)).toBe(-studentTQuantile(0.975, dof));
  });

  it("has the closed forms of 1 and 2 degrees of freedom", () => {
    for (const p of [0.6, 0.75, 0.9, 0.995]) {
      expect(studentTQuantile(p, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 9);
      const a = 2 * p - 1;
      expect(studentTQuantile(p, 2)).toBeCloseTo(a * Math.sqrt(2 / (1 - a * a)), 10);
    }
    expect(studentTQuantile(0.5, 7)).toBe(0);
  });

  it("refuses what is no probability", () => {
    expect(() => studentTQuantile(1, 3)).toThrow(
      "studentTQuantile: expected a probability inside (0, 1) and at least 1 degree of freedom, got 1 and 3.",
    );
    expect(() => studentTQuantile(0.9, 0)).toThrow("got 0.9 and 0.");
  });
});

describe("incompleteBeta and logGamma", () => {
  it("agree with factorials, with Γ(1/2) = √π, and with the binomial sum", () => {
    expect(logGamma(11)).toBeCloseTo(Math.log(3628800), 12);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
    // I_x(2, 3) = Σ_{j=2..4} C(4, j) x^j (1 - x)^(4 - j)
    for (const x of [0.05, 0.4, 0.9]) {
      const binomial = 6 * x ** 2 * (1 - x) ** 2 + 4 * x ** 3 * (1 - x) + x ** 4;
      expect(incompleteBeta(x, 2, 3)).toBeCloseTo(binomial, 13);
    }
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1]);
  });
});

describe("sampleSummary", () => {
  it("gives mean, Bessel's deviation and the t interval of three seeds", () => {
    const { n, mean, sd, interval, min, max } = sampleSummary([0.8, 0.82, 0.84]);
    expect({ n, min, max }).toEqual({ n: 3, min: 0.8, max: 0.84 });
    expect(mean).toBeCloseTo(0.82, 12);
    expect(sd).toBeCloseTo(0.02, 12);
    // 4.302653 · 0.02 / √3
    expect(interval?.[0]).toBeCloseTo(0.82 - 0.0496828, 6);
    expect(interval?.[1]).toBeCloseTo(0.82 + 0.0496828, 6);
  });

  it("says nothing of the spread of a single seed", () => {
    expect(sampleSummary([0.5])).toEqual({ n: 1, mean: 0.5, sd: null, interval: null, min: 0.5, max: 0.5 });
  });

  it("keeps equal numbers as they are, with no spread", () => {
    expect(sampleSummary([0.1, 0.1, 0.1])).toMatchObject({ mean: 0.1, sd: 0, interval: [0.1, 0.1] });
  });

  it("refuses nothing, and what is not finite", () => {
    expect(() => sampleSummary([])).toThrow("sampleSummary: expected at least one finite number, got [].");
    expect(() => sampleSummary([1, Number.NaN])).toThrow("got [1, NaN].");
  });
});
