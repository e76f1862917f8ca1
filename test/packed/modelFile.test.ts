import { readFileSync } from "node:fs";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { sha256 } from "@noble/hashes/sha2";
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../lib/backend";
import { baselineConfig } from "../../lib/config/baselineConfig";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { baselineLayers } from "../../lib/cost/baselineSpecs";
import { costTable } from "../../lib/cost/costTable";
import { sumCosts } from "../../lib/cost/layerCost";
import { classNamesOf } from "../../lib/data/classNames";
import { loadTrainRecords } from "../../lib/experiments/loadTrainRecords";
import { cSource } from "../../lib/packed/c/cSource";
import { headerDictionary } from "../../lib/packed/headerDictionary";
import { packedText } from "../../lib/packed/headerText";
import { packDrawn } from "../../lib/packed/packDrawn";
import type { PackedModel } from "../../lib/packed/packedModel";
import { packedModelOf } from "../../lib/packed/readModel";
import { packedModelBytes } from "../../lib/packed/writeModel";
import { fold, integers, randomKey } from "../../lib/random/randomKey";
import { modelHash } from "../../lib/records/modelSpec";
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
  const end = Math.max(changed.length - 16, 0);
  const copy = changed.slice();
  copy.set(sha256(copy.subarray(0, end)).subarray(0, copy.length - end), end);
  return copy;
}

/** With other bytes where the header stands. */
function withHeader(header: Uint8Array): Uint8Array {
  const start = bytes.slice(0, 16);
  const old = new DataView(start.buffer).getUint32(8, true);
  new DataView(start.buffer).setUint32(8, header.length, true);
  return stamped(Uint8Array.of(...start, ...header, ...bytes.subarray(16 + old)));
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

  it("of version 1, whose header is plain text, is read, and what is written of it is smaller", () => {
    // `packedModelBytes` of the model below, by the last version of the library that wrote version 1.
    const old = readFileSync("test/golden/packed-version-1.bars");
    const network = baselineConfig({ width: 0.125, imageSize: 8 });
    const drawn = packDrawn({ kind: "baseline", name: "small", ...network }, randomKey(0));
    const read = packedModelOf(old);
    expect(read).toEqual(drawn);
    expect(packedModelBytes(read)).toEqual(packedModelBytes(drawn));
    expect(packedModelBytes(read).length).toBeLessThan(old.length - 400);
  });

  it("has a header that any zlib unpacks by the dictionary, which is part of the format and never another", () => {
    expect(Buffer.from(sha256(Buffer.from(headerDictionary))).toString("hex")).toBe(
      "c596bce46a88150a386da9c8132534cb9fbb89a459fd206ffe6470a1273ba482",
    );
    const dictionary = Buffer.from(headerDictionary);
    const hash = "0123456789abcdef".repeat(4);
    const given = { ...model.header, provenance: { ...model.header.provenance, configHash: hash } };
    const written = packedText(JSON.stringify(given));
    expect(Buffer.from(written.subarray(0, 33)).toString("hex")).toBe(`01${hash}`);
    const text = inflateRawSync(written.subarray(33), { dictionary }).toString();
    expect(JSON.parse(text.replace("\u0001", hash))).toEqual(given);
  });

  it("is within 3 % of the bits that the cost table counts, for every trained network of the frontier of more than 5 kB", () => {
    const seen = new Map(
      loadTrainRecords("data/records/frontier").map(({ record }) => [modelHash(record.model), record]),
    );
    expect(seen.size).toBeGreaterThan(15);
    for (const { model, config, configHash, data } of seen.values()) {
      const { header, tensors } = packDrawn(model, key);
      const { mean, std } = data;
      const normalization = { mean, std };
      const provenance = { ...header.provenance, configHash, data: data.name, epochs: 100 };
      const classNames = classNamesOf(data, undefined, 10);
      const size = packedModelBytes({
        header: { ...header, classNames, normalization, provenance },
        tensors,
      }).length;
      const rows =
        model.kind === "baseline" ? baselineLayers(model) : costTable(model.genotype, config.binarization);
      const { bits } = sumCosts(rows);
      const over = size - bits / 8;
      // Two kilobytes of weights are too few: a checksum and the hash of the training's settings are 48 bytes.
      const most = model.name === "resnet20-0125" ? 128 : (0.03 * bits) / 8;
      expect(over, `${model.name}: ${size} bytes of ${bits / 8}`).toBeLessThan(most);
      expect(over).toBeGreaterThan(0);
    }
  });

  it("says what is wrong with it", () => {
    const header = new DataView(bytes.buffer).getUint32(8, true);
    expect(messageOf(new Uint8Array(3))).toBe(
      "mine.bars: a packed model should begin with the letters BARS; this is another file, or it is damaged.",
    );
    expect(messageOf(changedAt(4, 3))).toBe(
      "mine.bars: the format's version should be 1 or 2, got 3. A newer version of bars wrote it; update bars.",
    );
    expect(messageOf(changedAt(4, 0))).toBe(
      "mine.bars: the format's version should be 1 or 2, got 0. It is damaged. Take another copy of it, or pack the network again.",
    );
    expect(messageOf(stamped(changedAt(16, 255)))).toContain("(it is too short)");
    expect(messageOf(withHeader(new Uint8Array()))).toContain("(it is too short)");
    expect(messageOf(withHeader(Uint8Array.of(1, ...new Uint8Array(32), ...packedText("{}").slice(1))))).toBe(
      "mine.bars: its header should be deflated JSON (it should have 1 hashes, got 0). Take another copy of it, or pack the network again.",
    );
    expect(messageOf(withHeader(Uint8Array.of(0, 255)))).toBe(
      "mine.bars: its header should be deflated JSON (invalid block type). Take another copy of it, or pack the network again.",
    );
    expect(messageOf(withHeader(Uint8Array.of(0, ...deflateRawSync(Buffer.alloc(2 ** 24 + 1, " ")))))).toBe(
      "mine.bars: its header should be deflated JSON (it unpacks to more than 16777216 bytes). Take another copy of it, or pack the network again.",
    );
    expect(messageOf(withHeader(packedText("{}").slice(0, -1)))).toContain(
      "its header should be deflated JSON (unexpected EOF)",
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
  it("refuses a header that could not be read again, before it is written, as C, too", () => {
    const { classNames, normalization } = model.header;
    const [mean, std] = [[...normalization.mean], [...normalization.std]];
    const wrong: readonly (readonly [object, RegExp])[] = [
      [
        { classNames: classNames.slice(1) },
        /header\.classNames should have \d+ entries, as the model has, got \d+\./,
      ],
      [{ classNames: classNames.map((_, i) => i) }, /header\.classNames/],
      [{ normalization: { mean, std: [0, ...std.slice(1)] } }, /header\.normalization/],
      [{ normalization: { mean: [Number.NaN, ...mean.slice(1)], std } }, /header\.normalization/],
    ];
    for (const [change, message] of wrong) {
      const changed = { ...model, header: { ...model.header, ...change } } as PackedModel;
      expect(() => packedModelBytes(changed)).toThrow(message);
      expect(() => cSource(changed)).toThrow(message);
    }
  });

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

  it("with a damaged header whose checksum was made anew is refused or is another whole model", () => {
    const header = new DataView(bytes.buffer).getUint32(8, true);
    for (let round = 0; round < 1000; round++) {
      const [at, value] = integers(fold(fold(key, "header"), round), 2, 2 ** 30) as unknown as [
        number,
        number,
      ];
      const changed = changedAt(16 + (at % header), value & 255);
      try {
        packedModelOf(stamped(changed));
      } catch (error) {
        if (!(error instanceof BarsError)) throw error;
      }
    }
  });
});
