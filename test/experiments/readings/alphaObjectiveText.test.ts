import { describe, expect, it } from "vitest";
import { type PresetName, presetConfig, presetNames } from "../../../lib/config/presets";
import { alphaObjectiveText } from "../../../lib/experiments/readings/alphaObjectiveText";

const of = (overrides: object) => alphaObjectiveText(presetConfig("smoke", overrides as never));

describe("alphaObjectiveText", () => {
  it("writes the penalty of the config that runs, with its coefficient, exponent, measure and budget", () => {
    expect(of({ cost: { method: "log", measure: "bops", budget: 4e5, coefficient: 0.3 } })).toContain(
      String.raw`$$L_\alpha = \mathrm{CE} + 0.3 \cdot \left|\ln r\right|, \qquad r = \frac{E_\alpha[\mathrm{BOPs}]}{400{,}000}$$`,
    );
    expect(of({ cost: { method: "hinge", measure: "ops", coefficient: 2, exponent: 2 } })).toContain(
      String.raw`+ 2 \cdot \max(0, r - 1)^{2}, \qquad r = \frac{E_\alpha[\mathrm{OPs}]}`,
    );
    expect(of({ cost: { method: "linear", measure: "flops", coefficient: 0.1 } })).toContain(
      String.raw`+ 0.1 \cdot r, \qquad r = \frac{E_\alpha[\mathrm{FLOPs}]}`,
    );
  });

  it("says what the penalty does on either side of the budget", () => {
    expect(of({ cost: { method: "hinge" } })).toContain(
      "is 0 as long as the expected cost is within the budget",
    );
    expect(of({ cost: { method: "log" } })).toContain("cheap ones up to it");
    expect(of({ cost: { method: "linear" } })).toContain("within the budget as beyond it");
  });

  it.each([{ method: "none" }, { method: "log", coefficient: 0 }])("has no cost term for %o", (cost) => {
    expect(of({ cost })).toBe("$$L_\\alpha = \\mathrm{CE}$$\n\nNo term of this search looks at costs.");
  });

  it("has the entropy and zero-one terms that are on, and no others", () => {
    const text = of({
      entropy: { cell: 0.1, width: { kind: "linear", from: -1, to: 1 } },
      samplers: { cell: { method: "plain_sigmoid" } },
      strategies: { zeroOne: { coefficient: 3 } },
    });
    expect(text).toContain(
      String.raw`+ 0.1 H_{\mathrm{cell}} + c_{\mathrm{width}}(e) H_{\mathrm{width}} + 3 L_{01}`,
    );
    expect(text).not.toContain("depth");
    expect(text).toContain("Coefficients marked $(e)$ change with the epoch.");
  });

  it.each(presetNames)("names the method of preset %s", (name: PresetName) => {
    const config = presetConfig(name, {});
    const sign = {
      none: "CE}$$",
      hinge: String.raw`\max`,
      linear: String.raw`\cdot r`,
      log: String.raw`\ln r`,
    };
    expect(alphaObjectiveText(config)).toContain(sign[config.cost.method as keyof typeof sign]);
  });
});
