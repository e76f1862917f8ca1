import { describe, expect, it } from "vitest";
import { fuseSteps } from "../../../lib/packed/wasm/fuseSteps";
import { planSlots, type SlotPlace } from "../../../lib/packed/wasm/planSlots";
import { fold, randomKey } from "../../../lib/random/randomKey";
import { Draws, ProgramBuilder, randomProgram } from "./randomProgram";

const key = randomKey(0);

describe("planSlots", () => {
  it("never gives bytes to a slot while another that is still needed has them", () => {
    let shared = 0;
    for (let i = 0; i < 100; i++) {
      const program = randomProgram(fold(key, i));
      const steps = fuseSteps(program, false);
      const { places, bytes } = planSlots(program, steps, false);
      // Who wrote each byte last, step by step.
      const owner = new Int32Array(bytes).fill(-1);
      const take = (id: number) => {
        const { offset, bytes: size } = places[id] as SlotPlace;
        if (owner.subarray(offset, offset + size).some((other) => other >= 0)) shared++;
        owner.fill(id, offset, offset + size);
      };
      const has = (id: number) => {
        const { offset, bytes: size } = places[id] as SlotPlace;
        return owner.subarray(offset, offset + size).every((who) => who === id);
      };
      take(0);
      for (const { reads, writes } of steps) {
        for (const id of writes) take(id);
        // Reading ends after writing: a row that is written may be of an image that is still read.
        expect(reads.filter((id) => !has(id))).toEqual([]);
      }
      expect(has(program.logits)).toBe(true);
    }
    expect(shared).toBeGreaterThan(100);
  });

  it("takes one bit for each value that only signs read, and writes no real map for it", () => {
    const builder = new ProgramBuilder(32, 3, new Draws(key));
    const conv = { kernel: 3, stride: 1, dilation: 1, border: 1, phases: 1, outChannels: 64 } as const;
    let bits = builder.binarize(builder.realConv(0, { kernel: 3, stride: 1, before: 1, outChannels: 64 }));
    for (let i = 0; i < 4; i++) bits = builder.binarize(builder.binaryConv(bits, conv, "real")[0] as number);
    const pooled = builder.binaryConv(bits, { ...conv, outChannels: 4 }, "real")[0] as number;
    const program = builder.program(pooled, 10, true);
    const plain = program.steps.map((step) =>
      step.step === "binary_conv" && step.result.kind === "real"
        ? {
            ...step,
            result: { ...step.result, epilogue: { ...step.result.epilogue, residual: null, plus: null } },
          }
        : step,
    );
    const steps = fuseSteps({ ...program, steps: plain }, false);
    const { bytes } = planSlots(program, steps, false);
    // At its fullest it holds the last real map, of four channels, and the map of bits that it is made of.
    const map = 32 * 32 * 8;
    expect(bytes).toBe(map + 32 * 32 * 4 * 4);
    expect(steps.filter(({ step }) => step.step === "binarize")).toEqual([]);
  });
});

describe("fuseSteps", () => {
  it("writes a real map that something else than a sign reads, and keeps signs that have no epilogue to join", () => {
    const builder = new ProgramBuilder(4, 3, new Draws(key));
    const sign = builder.binarize(0);
    const real = builder.realConv(0, { kernel: 1, stride: 1, before: 0, outChannels: 8 });
    const both = builder.binarize(real);
    const program = builder.program(real, 2, true);
    const steps = fuseSteps(program, false);
    expect(steps.map(({ step, written, writes }) => [step.step, written, writes])).toEqual([
      ["binarize", true, [sign]],
      ["real_conv", true, [real, both]],
      ["global_pool", true, [real + 2]],
      ["dense", true, [program.logits]],
    ]);
  });
});
