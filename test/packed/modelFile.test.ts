import { sha256 } from "@noble/hashes/sha2";
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../lib/backend";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import type { PackedModel } from "../../lib/packed/packedModel";
import { packedModelOf } from "../../lib/packed/readModel";
import { packedModelBytes } from "../../lib/packed/writeModel";
import { fold, integers, randomKey } from "../../lib/random/randomKey";
import { BarsError } from "../../lib/util/errors";
import { tinyModel } from "../helpers/tinyTraining";
import { drawnNetwork, packed } from "./packNetwork";

const key = randomKey(0);
let model: PackedModel;
let bytes: Uint8Array;

beforeAll(async () => {
  await startBackend();
  const spec = tinyModel();
  const { network } = drawnNetwork(spec, binarizationConfig(), key);
  model = await packed(network, spec, binarizationConfig());
  network.dispose();
  bytes = packedModelBytes(model);
});

const messageOf = (changed: Uint8Array): string => {
  try {
    packedModelOf(changed, "mine.bars");
  } catch (error) {
    return (error as Error).message;
  }
  return "taken";
};

/** With the checksum of what it says now. */
function stamped(changed: Uint8Array): Uint8Array {
  const end = Math.max(changed.length - 32, 0);
  const copy = changed.slice();
  copy.set(sha256(copy.subarray(0, end)).subarray(0, copy.length - end), end);
  return copy;
}

const changedAt = (at: number, value: number): Uint8Array => {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
};

describe("a file of a packed model", () => {
  it("is read as it was written", () => {
    const again = packedModelOf(bytes);
    expect(again.header).toEqual(model.header);
    expect([...again.tensors.keys()].sort()).toEqual([...model.tensors.keys()].sort());
    for (const [name, tensor] of model.tensors) expect(again.tensors.get(name), name).toEqual(tensor);
  });

  it("says what is wrong with it", () => {
    const header = new DataView(bytes.buffer).getUint32(8, true);
    expect(messageOf(new Uint8Array(3))).toBe(
      "mine.bars: a packed model should begin with the letters BARS; this is another file, or it is damaged.",
    );
    expect(messageOf(changedAt(4, 2))).toBe(
      "mine.bars: the format's version should be 1, got 2. A newer version of bars wrote it; update bars.",
    );
    expect(messageOf(bytes.slice(0, -5))).toBe(
      `mine.bars: should have ${bytes.length} bytes, got ${bytes.length - 5}; it is cut off. Take another copy of it, or pack the network again.`,
    );
    expect(messageOf(changedAt(16 + header, 77))).toMatch(
      /^mine\.bars: its content should have the checksum it states, [0-9a-f]{12}, got [0-9a-f]{12}; the file is damaged or was changed\./,
    );
    const endless = bytes.slice();
    new DataView(endless.buffer).setFloat32(16 + header + 8, Number.NaN, true);
    expect(messageOf(stamped(endless))).toMatch(
      /^mine\.bars: "stem\.kernel" should hold finite numbers, got NaN at place 2\./,
    );
  });

  it("refuses weights that do not fit its model, and tensors that are not finite, before it is written", () => {
    const longer = new Map(model.tensors).set("head.bias", new Float32Array(11));
    expect(() => packedModelBytes({ ...model, tensors: longer })).toThrow(
      'packed model: "head.bias" should hold 10 values, got 11.',
    );
    const endless = new Map(model.tensors).set("head.bias", new Float32Array(10).fill(Number.NaN));
    expect(() => packedModelBytes({ ...model, tensors: endless })).toThrow(
      'packed model: "head.bias" should hold finite numbers, got NaN at place 0.',
    );
  });

  // A tenth of what was tried once; every damage is refused by an error of the library, and none is taken for a model.
  it("is refused however it is damaged, and where its checksum was made anew it is refused or is another whole model", () => {
    let whole = 0;
    for (let round = 0; round < 1000; round++) {
      const drawn = fold(fold(key, "damage"), round);
      const [how, at, value, length] = integers(drawn, 4, 2 ** 30) as unknown as [
        number,
        number,
        number,
        number,
      ];
      const place = at % bytes.length;
      const changed =
        how % 3 === 0
          ? bytes.slice(0, place)
          : how % 3 === 1
            ? changedAt(place, ((bytes[place] as number) + 1 + (value % 255)) & 255)
            : Uint8Array.of(
                ...bytes.subarray(0, place),
                ...bytes.subarray(0, length % 64),
                ...bytes.subarray(place + (length % 7)),
              );
      if (changed.length !== bytes.length || changed.some((byte, i) => byte !== bytes[i]))
        expect(() => packedModelOf(changed), `round ${round}`).toThrow(BarsError);
      try {
        const read = packedModelOf(stamped(changed));
        expect(packedModelBytes(read).length).toBeGreaterThan(0);
        whole += 1;
      } catch (error) {
        if (!(error instanceof BarsError)) throw error;
      }
    }
    expect(whole).toBeGreaterThan(0);
  });
});
