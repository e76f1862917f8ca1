import { describe, expect, it } from "vitest";
import type { Program } from "../../../lib/packed/program";
import { ReferenceEngine } from "../../../lib/packed/referenceEngine";
import { kernelRates } from "../../../lib/packed/wasm/kernelRates";
import { WasmEngine, type WasmEngineOptions } from "../../../lib/packed/wasm/wasmEngine";
import { fold, randomKey } from "../../../lib/random/randomKey";
import { oncePer } from "../../helpers/oncePer";
import { Draws, ProgramBuilder, randomProgram } from "./randomProgram";

const kernels = ["lookup", "i64", "i8x16"] as const;
const key = randomKey(0);

function imagesOf(program: Program, count: number, label: string): Float32Array {
  const { imageSize, imageChannels } = program;
  return new Draws(fold(key, label)).floats(count * imageSize * imageSize * imageChannels);
}

const expectedOf = oncePer((program: Program) =>
  new ReferenceEngine(program).image(imagesOf(program, 1, "image")),
);
const programOf = oncePer((i: number) => randomProgram(fold(fold(key, "program"), i)));

/** Names of slots that differ between the engines, with the first place and what each has there. */
async function differences(program: Program, options: WasmEngineOptions): Promise<string[]> {
  const image = imagesOf(program, 1, "image");
  const expected = expectedOf(program);
  const engine = await WasmEngine.create(program, { ...options, keepSlots: true });
  try {
    await engine.run(image, 1);
    return program.slots.flatMap((slot, id) => {
      const given = engine.slot(id);
      const wanted = expected[id] as Float32Array | Uint32Array;
      const at = wanted.findIndex((value, i) => !Object.is(value + 0, (given[i] as number) + 0));
      if (at < 0 && given.length === wanted.length) return [];
      return [
        `${slot.name} (${slot.kind} ${slot.height}x${slot.width}x${slot.channels}) at ${at}: ${wanted[at]}, got ${given[at]}`,
      ];
    });
  } finally {
    engine.dispose();
  }
}

describe("the wasm engine", () => {
  it.each(kernels)(
    "gives every slot of random programs the reference's numbers, bit for bit (%s)",
    async (kernel) => {
      for (let i = 0; i < 24; i++) {
        const program = programOf(i);
        const threads = 1 + (i % 3);
        const wrong = await differences(program, { kernel, threads });
        expect({ i, wrong }).toEqual({ i, wrong: [] });
      }
    },
  );

  it("gives them without relaxed SIMD, too", async () => {
    for (let i = 0; i < 12; i++) {
      const program = programOf(i);
      expect(await differences(program, { kernel: "lookup", relaxedSimd: false })).toEqual([]);
    }
    const engine = await WasmEngine.create(randomProgram(key), { relaxedSimd: false });
    expect(engine.relaxedSimd).toBe(false);
    engine.dispose();
  });

  it("runs programs with slots that share memory and maps that are never written, alone and in batches", async () => {
    for (let i = 0; i < 12; i++) {
      const program = randomProgram(fold(fold(key, "shared"), i));
      const count = 1 + 3 * (i % 3);
      const images = imagesOf(program, count, "batch");
      const expected = await new ReferenceEngine(program).run(images, count);
      const engine = await WasmEngine.create(program, { threads: 1 + (i % 2), kernel: "lookup" });
      const logits = await engine.run(images, count);
      engine.dispose();
      expect({ i, logits }).toEqual({ i, logits: expected });
    }
  });

  it("sums windows of more bits than 16 bits count, and of channels up to several times 128", async () => {
    for (const channels of [260, 7500]) {
      const builder = new ProgramBuilder(3, 1, new Draws(fold(key, channels)));
      const real = builder.realConv(0, { kernel: 1, stride: 1, before: 0, outChannels: channels });
      const bits = builder.binarize(real);
      const conv = { kernel: 3, stride: 1, dilation: 1, border: 0, phases: 1, outChannels: 5 } as const;
      const [last] = builder.binaryConv(bits, conv, "real") as [number];
      const program = builder.program(last, 3, true);
      for (const kernel of kernels) expect(await differences(program, { kernel })).toEqual([]);
    }
  });

  it("works on more images than it copies at a time, and on none", async () => {
    const program = randomProgram(fold(key, "many"));
    const images = imagesOf(program, 150, "many");
    const expected = await new ReferenceEngine(program).run(images, 150);
    const engine = await WasmEngine.create(program, { threads: 2 });
    expect(await engine.run(images, 150)).toEqual(expected);
    expect(await engine.run(images, 150)).toEqual(expected);
    expect(await engine.run(new Float32Array(0), 0)).toEqual(new Float32Array(0));
    expect(engine.threads).toBe(2);
    engine.dispose();
  });

  it("shares the rows of an image out without losing one or doing one twice, call after call", async () => {
    const program = randomProgram(fold(key, "shares"));
    const images = imagesOf(program, 1, "shares");
    const expected = await new ReferenceEngine(program).run(images, 1);
    // More threads than processors: they overtake each other at every step.
    const engine = await WasmEngine.create(program, { threads: 3, kernel: "lookup" });
    for (let call = 0; call < 12; call++)
      expect({ call, logits: await engine.run(images, 1) }).toEqual({ call, logits: expected });
    engine.dispose();
  });

  it("says what is wrong with what it is given", async () => {
    const program = randomProgram(fold(key, "errors"));
    await expect(WasmEngine.create(program, { threads: 0 })).rejects.toThrow(
      'wasm engine: threads must be an integer from 1 to 256 or "all", got 0.',
    );
    await expect(WasmEngine.create(program, { kernel: "avx" as "i64" })).rejects.toThrow(
      'wasm engine: kernel must be one of lookup, i64, i8x16, got "avx".',
    );
    const engine = await WasmEngine.create(program, { kernel: "i64" });
    await expect(engine.run(new Float32Array(1), 2)).rejects.toThrow(/^wasm: expected 2 images of /);
    expect(() => engine.slot(0)).toThrow(
      "wasm engine: slot 0 is not kept; create the engine with { keepSlots: true }.",
    );
    engine.dispose();
    engine.dispose();
    await expect(engine.run(new Float32Array(0), 0)).rejects.toThrow(
      "wasm engine: it was disposed of and cannot run; create another.",
    );
  });

  it("chooses the kernel that was fastest when measured", async () => {
    const { products, popcountRoofline, fastest } = await kernelRates();
    for (const kernel of kernels) expect(products[kernel]).toBeLessThanOrEqual(products[fastest]);
    expect(popcountRoofline).toBeGreaterThan(1e9);
    const engine = await WasmEngine.create(randomProgram(fold(key, "choice")));
    expect(engine.kernel).toBe(fastest);
    engine.dispose();
  });
});
