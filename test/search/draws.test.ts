import { beforeAll, describe, expect, it } from "vitest";
import { compilesSteps } from "../../lib/backend";
import type { SamplerConfig } from "../../lib/config/searchConfig";
import { strategyGuide } from "../../lib/config/strategyGuide";
import { randomKey } from "../../lib/random/randomKey";
import { drawWeights } from "../../lib/search/draws";
import { epochSettings } from "../../lib/search/epochSettings";
import { uniformAlphas } from "../../lib/space/randomAlphas";
import { AlphaVariables } from "../../lib/supernet/alphaVariables";
import { tinySearch } from "../helpers/tinySearch";
import { engines, useEngine } from "../layers/tensorCheck";

describe.each(engines)("a draw on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  const drawn = (method: SamplerConfig["method"]) => {
    const config = tinySearch({ samplers: { cell: { method } } });
    const alphas = new AlphaVariables(uniformAlphas(config.space));
    return drawWeights(alphas, epochSettings(config, 0), randomKey(0));
  };

  it("of path sampling weighs one candidate an edge by 1 and the others by 0", () => {
    for (const cell of drawn("path").weights.cells)
      for (const row of cell.arraySync() as number[][])
        expect([...row].sort()).toEqual([...row.slice(1).map(() => 0), 1]);
  });

  it("of path sampling leaves the others out unless the engine compiles whole steps, as the guide says", () => {
    const { active, weights } = drawn("path");
    expect(compilesSteps()).toBe(engine === "onnx");
    if (engine === "onnx") expect(active).toBeUndefined();
    else {
      const chosen = weights.cells.map((cell) =>
        (cell.arraySync() as number[][]).map((row) => row.map((w) => w === 1)),
      );
      expect(active).toEqual(chosen);
    }
    const use = strategyGuide.find(({ name }) => name === "path sampling")?.use;
    expect(use).toContain("onnx has the others in branches that do not run, other engines leave them out");
  });

  it("of a mixture computes every candidate", () => {
    expect(drawn("softmax").active).toBeUndefined();
  });
});
