import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { baselineConfig } from "../../../lib/config/baselineConfig";
import { type BinarizationConfig, defaultBinarizationConfig } from "../../../lib/config/binarizationConfig";
import { lowerGraph } from "../../../lib/packed/lowering";
import { modelGraph } from "../../../lib/packed/modelGraph";
import { ReferenceEngine } from "../../../lib/packed/referenceEngine";
import { WasmEngine } from "../../../lib/packed/wasm/wasmEngine";
import type { WeightSource } from "../../../lib/packed/weightSource";
import { fold, randomKey } from "../../../lib/random/randomKey";
import type { ModelSpec } from "../../../lib/records/modelSpec";
import { Draws } from "./randomProgram";

const key = randomKey(0);

/** Random weights, wherever a graph asks for some. */
function randomWeights(draws: Draws): WeightSource {
  return {
    real: (_name, shape) => draws.floats(shape.reduce((a, b) => a * b, 1)).map((z) => 0.2 * z),
    norm: ({ channels }) => ({ scale: draws.floats(channels), offset: draws.floats(channels) }),
    signs: ({ kernel, inChannels, outChannels }) =>
      Uint8Array.from(draws.flips(kernel * kernel * inChannels * outChannels), (flip) => (flip < 0 ? 1 : 0)),
    weightScale: (_request, numbers) => draws.floats(numbers).map(Math.abs),
  };
}

async function expectEqual(model: ModelSpec, binarization: BinarizationConfig, label: string): Promise<void> {
  const draws = new Draws(fold(key, label));
  const program = lowerGraph(modelGraph(model, binarization, randomWeights(draws)));
  const { imageSize, imageChannels } = program;
  const images = draws.floats(2 * imageSize * imageSize * imageChannels);
  const expected = await new ReferenceEngine(program).run(images, 2);
  for (const threads of [1, 3]) {
    const engine = await WasmEngine.create(program, { threads });
    // Fewer images than threads share the rows of each.
    expect(await engine.run(images, 2)).toEqual(expected);
    engine.dispose();
  }
}

describe("the wasm engine on networks of the library", () => {
  const families = ["resnet18", "resnet20", "vgg_small", "nin"] as const;
  const blocks = ["xnor", "bireal", "irnet", "reactnet", "real"] as const;
  it.each(families.flatMap((family) => blocks.map((block) => [family, block] as const)))(
    "gives the reference's logits for %s of %s blocks",
    async (family, block) => {
      const config = baselineConfig({ family, block, width: 0.15, imageSize: 16 });
      const model: ModelSpec = { kind: "baseline", name: `${family}-${block}`, ...config };
      await expectEqual(model, defaultBinarizationConfig, model.name);
    },
  );

  it("gives them for derived networks of stored records, borders of 0 and of 1", async () => {
    const folder = resolve(__dirname, "../../../data/records/frontier");
    const files = readdirSync(folder).filter((file) => /^(bars|random|evolved).*-s0\.json$/.test(file));
    expect(files.length).toBeGreaterThan(5);
    for (const [i, file] of files.slice(0, 8).entries()) {
      const { model } = JSON.parse(readFileSync(join(folder, file), "utf8")) as { model: ModelSpec };
      await expectEqual(model, { ...defaultBinarizationConfig, border: i % 2 === 0 ? 0 : 1 }, file);
    }
  });
});
