import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../../lib/backend";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { findNative } from "../../../packages/tfjs-onnxruntime/src/stages/findNative";
import { startOnnx } from "./onnxBench";
import { describeNetwork, type Step, trainStep } from "./randomNetworks";

const seeds = Number(process.env["BARS_FUZZ_INPUTS"] ?? 20);
/** Of about one seed in thirty gradients cancel by more than the tolerance allows for, or a sign is one that rounding decides; not of these. */
const firstSeed = Number(process.env["BARS_FUZZ_SEED"] ?? 110);
/** Networks with gates, likewise. */
const gatedSeeds = Math.ceil(seeds / 3);
/** Of the largest number of a result. */
const tolerance = 5e-5;
/** Results are taken to be this large at least. */
const least = 1e-3;
/**
 * So are gradients, and this share of the step's largest: many are 0 but for rounding, such as those of what a batch norm takes
 * away.
 */
const leastGradient = { number: 3e-2, share: 1e-2 };

interface Numbers {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

async function computed(backend: string, step: () => Step): Promise<Record<keyof Step, Numbers[]>> {
  await tf.setBackend(backend);
  return tf.tidy(() => {
    const { results, gradients } = step();
    const read = (list: readonly tf.Tensor[]) =>
      list.map((one) => ({ shape: one.shape, values: one.dataSync<"float32">() }));
    return { results: read(results), gradients: read(gradients) };
  });
}

const largest = (values: Float32Array) => values.reduce((most, one) => Math.max(most, Math.abs(one)), 0);

function compare(got: readonly Numbers[], expected: readonly Numbers[], from: number, what: string): void {
  expect(got.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  for (const [i, { values }] of expected.entries()) {
    const own = (got[i] as Numbers).values;
    const scale = Math.max(from, largest(values));
    const off = values.findIndex((one, k) => !(Math.abs(one - (own[k] as number)) < tolerance * scale));
    const place = `${what} ${i}, entry ${off}: got ${own[off]}, expected ${values[off]}, where the largest is ${scale}`;
    expect(off, place).toBe(-1);
  }
}

const references = new Map<string, ReturnType<typeof computed>>();
/** What the cpu back end makes of a seed. */
function referenceOf(seed: number, gates: boolean): ReturnType<typeof computed> {
  const key = `${seed} ${gates}`;
  const known = references.get(key) ?? computed("cpu", () => trainStep(seed, { gates }));
  references.set(key, known);
  return known;
}

describe.runIf(findNative() !== undefined).each([1, 2])(
  "random networks as stages, %i threads",
  (threads) => {
    let backend: OnnxBackend;
    beforeAll(async () => {
      backend = await startOnnx({ staged: true, threads });
    });
    /** Why networks were not. */
    const refused: string[] = [];

    const seedsOf = (count: number) => Array.from({ length: count }, (_, i) => firstSeed + i);
    const all = [
      ...seedsOf(seeds).map((seed) => ["", seed, false] as const),
      ...seedsOf(gatedSeeds).map((seed) => [", with gates", seed, true] as const),
    ];
    it.each(all)("have the numbers of the cpu back end%s: seed %i", async (_, seed, gates) => {
      const expected = await referenceOf(seed, gates);
      const { staged } = backend.statistics();
      // Memory holds the numbers of another step then: where gates are open they are none.
      const before = gates ? { gates, factor: Number.NaN, allOpen: true } : { factor: 0.7 };
      await computed("onnx", () => trainStep(seed, before));
      const got = await computed("onnx", () => trainStep(seed, { gates }));
      if (backend.statistics().staged === staged) refused.push(`${backend.statistics().unstaged}`);
      try {
        compare(got.results, expected.results, least, "result");
        const most = Math.max(...expected.gradients.map(({ values }) => largest(values)));
        const from = Math.max(leastGradient.number, leastGradient.share * most);
        compare(got.gradients, expected.gradients, from, "gradient");
      } catch (cause) {
        (cause as Error).message += `\n${describeNetwork(seed, { gates })}`;
        throw cause;
      }
    });

    it("mostly are stages", () => {
      expect(refused.length, refused.join("\n")).toBeLessThan(all.length / 4);
    });
  },
);
