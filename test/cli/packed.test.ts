import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { sha256 } from "@noble/hashes/sha2";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { readOnnx } from "../../lib/packed/onnx/onnxFile";
import { programOf } from "../../lib/packed/packedModel";
import { packedModelOf } from "../../lib/packed/readModel";
import { ReferenceEngine } from "../../lib/packed/referenceEngine";
import { genotypeJson } from "../../lib/space/genotypeJson";
import { readTensorFile, type StoredTensor, writeTensorFile } from "../../lib/util/tensorFile";
import { barsHere } from "../helpers/shell";
import { temporaryFolder } from "../helpers/tinySearch";
import { tinyModel } from "../helpers/tinyTraining";

const folder = temporaryFolder();
const bars = barsHere(folder);
const at = (name: string) => join(folder, name);
const settings = {
  data: { dataset: "synthetic", trainImages: 48, testImages: 20 },
  batchSize: 8,
  epochs: 1,
  validationShare: 0,
};

/** A picture of one colour. */
async function picture(name: string, side: number, background = "#c03020"): Promise<void> {
  const image = sharp({ create: { width: side, height: side, channels: 3, background } });
  writeFileSync(at(name), await image.png().toBuffer());
}

/** A module that defines a primitive whose operation is its own. */
const ownPrimitive = `const bars = require(${JSON.stringify(resolve(__dirname, "../../lib/dist/index.js"))});
const { weightless, skipLayers } = bars.space;
if (!bars.space.primitives.has("shrink"))
  bars.definePrimitive({
    name: "shrink",
    version: 1,
    traits: weightless("skip"),
    layers: (shape) => skipLayers(shape),
    look: { color: "#aa4499", dash: "1 3", side: "below" },
    operation: ({ stride }) => ({
      parameters: [],
      conv: null,
      apply: ({ raw }) =>
        bars.tf.tidy(() => {
          const half = bars.tf.mul(raw, 0.5);
          if (stride === 1) return half;
          const pooled = bars.tf.avgPool(half, 2, 2, "same");
          return bars.tf.concat([pooled, pooled], 3);
        }),
    }),
  });`;

let bytes: Uint8Array;

beforeAll(async () => {
  writeFileSync(at("s.json"), JSON.stringify(settings));
  writeFileSync(at("g.json"), genotypeJson(tinyModel().genotype));
  const trained = await bars("train", "g.json", "--config", "s.json", "--out", "runs/a");
  expect(trained.err).not.toContain("error");
  const { err, code } = await bars("pack", "runs/a", "--out", "m.bars");
  expect(err).not.toContain("error");
  expect(code).toBe(0);
  bytes = readFileSync(at("m.bars"));
  mkdirSync(at("pictures/inner"), { recursive: true });
  await picture("pictures/b.png", 32);
  await picture("pictures/inner/a.png", 50, "#2030c0");
  await picture("big.png", 64);
});

describe("bars pack", () => {
  it("compares with the float network, writes the file into the run's folder, and says how large it is", async () => {
    const { code, out } = await bars("pack", "runs/a/record.json", "--verify", "test");
    expect(code).toBe(0);
    expect(out).toMatch(
      /compared with the float network on 20 test images: same class of 20, logits differ by at most /,
    );
    expect(out).toMatch(/right (\d+\.\d\d %) \(packed\), \1 \(float\)/);
    const written = readFileSync(at("runs/a/model.bars"));
    expect(out).toContain(`${join("runs/a", "model.bars")}  ${written.length.toLocaleString("en-US")} bytes`);
    const { header } = packedModelOf(written);
    expect(header.classNames.slice(0, 2)).toEqual(["stripes", "checks"]);
    const { tests } = JSON.parse(readFileSync(at("runs/a/record.json"), "utf8"));
    expect(header.provenance).toMatchObject({
      data: "synthetic",
      epochs: 1,
      testAccuracy: tests[0].accuracy,
    });
  });

  it("writes the float network as ONNX beside it, with the same header", async () => {
    const { code, out } = await bars("pack", "runs/a", "--out", "both.bars", "--onnx", "deep/both.onnx");
    expect(code).toBe(0);
    const onnx = readFileSync(at("deep/both.onnx"));
    expect(out).toContain(`deep/both.onnx  ${onnx.length.toLocaleString("en-US")} bytes`);
    expect(readOnnx(onnx).header).toEqual(packedModelOf(readFileSync(at("both.bars"))).header);
  });

  it("writes C beside it, whose names begin as the file's", async () => {
    const { code, out } = await bars("pack", "runs/a", "--out", "c.bars", "--c", "tiny-net.h");
    expect(code).toBe(0);
    expect(out).toMatch(/in C: tiny_net_run, constants of [\d,]+ bytes, [\d,]+ bytes of static memory/);
    expect(readFileSync(at("tiny-net.h"), "utf8")).toContain(
      "void tiny_net_run(const float *image, float *logits);",
    );
  });

  it("refuses outputs that are one file, no file or a file of a training, before anything is made", async () => {
    const before = readFileSync(at("runs/a/record.json"), "utf8");
    for (const [args, message] of [
      [["--out", "x.bars", "--c", "./x.bars"], "./x.bars: two outputs cannot be one file; name another."],
      [["--out", "runs/a/record.json"], "found a file of a run there; name another."],
      [
        ["--out", "x.bars", "--onnx", "pictures"],
        "expected the name of a file to write, found a folder there",
      ],
    ] as const) {
      const { err, code } = await bars("pack", "runs/a", ...args);
      expect(err).toContain(message);
      expect(code).toBe(2);
    }
    expect(readFileSync(at("runs/a/record.json"), "utf8")).toBe(before);
    expect(existsSync(at("x.bars"))).toBe(false);
  });

  it("writes none of its files where one cannot be written", async () => {
    // Too long with what a temporary file adds: what can be seen beforehand is refused before anything is made.
    const long = `${"n".repeat(248)}.h`;
    const { err, code } = await bars(
      "pack",
      "runs/a",
      "--out",
      "set.bars",
      "--onnx",
      "set/n.onnx",
      "--c",
      long,
    );
    expect(err).toContain(`${long}: could not be written: ENAMETOOLONG`);
    expect(code).toBe(1);
    expect([existsSync(at("set.bars")), readdirSync(at("set"))]).toEqual([false, []]);
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  it("takes the weights that a file's name says, and no other files", async () => {
    writeFileSync(at("runs/a/notes.safetensors"), "");
    const { err, code } = await bars("pack", "runs/a/notes.safetensors", "--out", "x.bars");
    expect(err).toContain(
      "pack takes the folder of a training, its record.json, last.safetensors or best.safetensors",
    );
    expect(code).toBe(2);
    expect((await bars("pack", "runs/a/last.safetensors", "--out", "named.bars")).code).toBe(0);
    expect(readFileSync(at("named.bars")).equals(bytes)).toBe(true);
  });

  it("takes names of classes from a file, and refuses another number of them", async () => {
    writeFileSync(at("ten.txt"), Array.from({ length: 10 }, (_, i) => `kind ${i}\n`).join(""));
    writeFileSync(at("two.txt"), "a\nb\n");
    expect((await bars("pack", "runs/a", "--names", "ten.txt", "--out", "named.bars")).code).toBe(0);
    expect(packedModelOf(readFileSync(at("named.bars"))).header.classNames[9]).toBe("kind 9");
    const { code, err } = await bars("pack", "runs/a", "--names", "two.txt", "--out", "no.bars");
    expect([code, err]).toEqual([
      2,
      "error: packTrained: expected 10 class names, as the network has classes, got 2.\n",
    ]);
    expect(existsSync(at("no.bars"))).toBe(false);
  });

  it.each([
    [["pack", "runs/none"], 2, "found no file or folder of that name"],
    [
      ["pack", "pictures"],
      2,
      "pictures: expected a folder with a training record, found no record.json in it.",
    ],
    [["pack", "runs/a", "--checkpoint", "best"], 1, "expected the weights of the best epoch, found no file"],
    [["pack", "runs/a", "--checkpoint", "7"], 1, "expected the weights after epoch 7, found no file"],
    [["pack", "runs/a", "--checkpoint", "0"], 2, 'expected last, best or an epoch from 1, got "0"'],
    [
      ["pack", "runs/a", "--out", "m.bars/x.bars"],
      2,
      "expected a path through folders, found a file: m.bars.",
    ],
  ])("%j ends with %i and says why", async (args, expected, message) => {
    const { code, err } = await bars(...args);
    expect(err).toContain(message);
    expect(code).toBe(expected);
    expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
  });
});

describe("a training that cannot be packed", () => {
  it("because a primitive is the user's own: ends with 2, says which, and writes nothing", async () => {
    writeFileSync(at("own.cjs"), ownPrimitive);
    const define = ["--define", "own.cjs"];
    const { genotype } = tinyModel();
    const own = JSON.parse(genotypeJson(genotype));
    own.space.primitives = ["shrink"];
    own.cells = own.cells.map(() => [{ to: 1, from: 0, primitive: "shrink" }]);
    writeFileSync(at("own.json"), JSON.stringify(own));
    const trained = await bars(...define, "train", "own.json", "--config", "s.json", "--out", "runs/own");
    expect(trained.err).not.toContain("error");
    const { code, err } = await bars(...define, "pack", "runs/own", "--out", "own.bars");
    expect(err).toContain('shrink: the packed engines have no "shrink", whose operation is the user\'s own.');
    expect(code).toBe(2);
    expect(existsSync(at("own.bars"))).toBe(false);
  });

  it("because a weight is not a number: ends with 1, says which, and writes nothing", async () => {
    cpSync(at("runs/a"), at("runs/nan"), { recursive: true });
    const file = at("runs/nan/last.safetensors");
    const weights = readTensorFile(file);
    const broken = new Map(weights.tensors);
    const name = [...broken.keys()].find((one) => one.endsWith("head.weight")) as string;
    const { values, shape } = broken.get(name) as StoredTensor;
    broken.set(name, { values: Float32Array.from(values).fill(Number.NaN, 3, 4), shape });
    writeTensorFile(file, broken, weights.metadata);
    const { code, err } = await bars("pack", "runs/nan", "--out", "nan-run.bars");
    expect(err).toContain('"head.weight" should hold finite numbers, got NaN at place 3.');
    expect(code).toBe(1);
    expect(existsSync(at("nan-run.bars"))).toBe(false);
  });
});

describe("bars run", () => {
  it("says the likeliest classes of pictures, of folders at any depth, in order", async () => {
    const { code, out } = await bars("run", "m.bars", "big.png", "pictures", "--top", "2");
    expect(code).toBe(0);
    const lines = out.trim().split("\n");
    expect(lines.map((line) => line.split("  ")[0])).toEqual([
      "big.png",
      "pictures/b.png",
      "pictures/inner/a.png",
    ]);
    for (const line of lines) expect(line).toMatch(/^\S+ {2}\w+ \d+\.\d % {2}\w+ \d+\.\d %$/);
  });

  it("gives the same logits as the reference engine, in JSON, whatever the batch", async () => {
    const model = packedModelOf(bytes);
    const { mean, std } = model.header.normalization;
    const pixel = [0xc0, 0x30, 0x20].map(
      (value, c) => (value / 255 - (mean[c] as number)) / (std[c] as number),
    );
    const image = Float32Array.from({ length: 32 * 32 * 3 }, (_, i) => pixel[i % 3] as number);
    const logits = await new ReferenceEngine(programOf(model)).run(image, 1);
    for (const batch of ["1", "64"]) {
      const { out } = await bars("run", "m.bars", "pictures", "--json", "--top", "10", "--batch", batch);
      const [first] = out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(first.path).toBe("pictures/b.png");
      const said = new Map(
        first.classes.map((one: { class: number; logit: number }) => [one.class, one.logit]),
      );
      expect([...logits].map((_, i) => said.get(i))).toEqual([...logits]);
      expect(
        first.classes.reduce((sum: number, one: { probability: number }) => sum + one.probability, 0),
      ).toBeCloseTo(1, 9);
    }
  });

  it("goes on behind a picture that it cannot read, and ends with 1", async () => {
    writeFileSync(at("broken.png"), "not a picture");
    const grey = sharp({ create: { width: 32, height: 32, channels: 3, background: "#808080" } });
    writeFileSync(at("grey.png"), await grey.toColourspace("b-w").png().toBuffer());
    const found = await bars("run", "m.bars", "broken.png", "grey.png", "big.png");
    expect(found.code).toBe(1);
    expect(found.out).toMatch(/^big\.png {2}/);
    expect(found.err).toContain("broken.png: holds no picture that can be read");
    expect(found.err).toContain("grey.png: has grey alone, expected colour (channels 3)");
    expect(found.err).toContain(
      "error: bars run: expected pictures that the network can read, got 2 of 3 pictures that it cannot",
    );
    expect((await bars("run", "m.bars", "grey.png", "--convert")).code).toBe(0);
    // Lines of JSON are in the order of what was given, read or not.
    const given = ["big.png", "grey.png", "pictures/b.png", "broken.png", "big.png", "pictures/inner/a.png"];
    for (const batch of ["2", "64"]) {
      const { out } = await bars("run", "m.bars", ...given, "--json", "--batch", batch);
      const answers = out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(answers.map(({ path }) => path)).toEqual(given);
      expect(answers.map((one) => "fault" in one)).toEqual([false, true, false, true, false, false]);
    }
  });

  it("refuses pictures of another size where it is asked to", async () => {
    const { code, err } = await bars("run", "m.bars", "big.png", "--exact");
    expect(code).toBe(1);
    expect(err).toContain("big.png: is 64x64 pixels, expected 32x32, as the network reads");
    expect((await bars("run", "m.bars", "pictures/b.png", "--exact")).code).toBe(0);
  });

  it("reads a folder once that a link in it leads back to", async () => {
    mkdirSync(at("linked"));
    await picture("linked/a.png", 32);
    symlinkSync(at("linked"), at("linked/loop"));
    const { out, code } = await bars("run", "m.bars", "linked");
    expect(out.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(0);
  });

  it("ends with 1 for a folder without pictures", async () => {
    mkdirSync(at("bare"), { recursive: true });
    const { code, err } = await bars("run", "m.bars", "bare");
    expect([code, err]).toEqual([
      1,
      "error: bare: expected a folder with pictures, found none whose name ends in .jpg, .jpeg, .png, .webp, .gif, .tif, .tiff, .avif.\n",
    ]);
  });
});

describe("bars inspect", () => {
  it("says header, bytes and steps", async () => {
    const { code, out } = await bars("inspect", "m.bars");
    expect(code).toBe(0);
    expect(out).toContain("reads      32x32 pixels, 3 channels");
    expect(out).toContain("classes    10: stripes, checks");
    expect(out).toMatch(
      /trained {4}1 epoch on synthetic; test accuracy \d+\.\d\d % \(measured by the training\)/,
    );
    expect(out).toContain(`file       ${bytes.length.toLocaleString("en-US")} bytes: `);
    expect(out).toMatch(/^stem\.conv +real_conv +32x32x1 real +0 +27,648$/m);
  });

  it("in JSON, whose bytes are those of the file", async () => {
    const { header, sizes, tensors, steps } = JSON.parse((await bars("inspect", "m.bars", "--json")).out);
    expect(header.model.name).toBe(packedModelOf(bytes).header.model.name);
    const weights = tensors.reduce((sum: number, { bytes: own }: { bytes: number }) => sum + own, 0);
    expect(sizes.bytes).toBe(bytes.length);
    expect(weights + sizes.headerBytes + 32).toBe(bytes.length);
    expect(steps.at(-1).step).toBe("dense");
    const old = resolve("test/golden/packed-version-1.bars");
    expect((await bars("inspect", old)).out).toContain(
      `${old} is of an earlier version of the format and has 2,688 bytes; written again it has those above.`,
    );
    const found = JSON.parse((await bars("inspect", old, "--json")).out);
    expect([found.fileBytes, found.sizes.bytes < 2300]).toEqual([2688, true]);
  });
});

describe("bars bench with a model", () => {
  it("times batches of 1 and 64, by turns, and says how", async () => {
    const { code, out } = await bars("bench", "m.bars", "--steps", "2", "--json");
    expect(code).toBe(0);
    const { rows, counted } = JSON.parse(out);
    expect(new Set(rows.map(({ batch }: { batch: number }) => batch))).toEqual(new Set([1, 64]));
    for (const { fastestMs, medianMs, slowestMs } of rows) {
      expect(fastestMs).toBeGreaterThan(0);
      expect(medianMs).toBeGreaterThanOrEqual(fastestMs);
      expect(slowestMs).toBeGreaterThanOrEqual(medianMs);
    }
    expect(counted).toContain("the median of 2 turns by turns");
    const text = await bars("bench", "m.bars", "--steps", "1", "--batch", "3", "--threads", "1");
    expect(text.out).toMatch(/kernel (lookup|i64|i8x16)/);
    expect(text.out).toMatch(/^ *3 /m);
  });

  it("refuses options that are of trainings", async () => {
    const { code, err } = await bars("bench", "m.bars", "--net", "binary");
    expect([code, err]).toEqual([2, "error: bars bench: --net has no effect with a model. Leave it out.\n"]);
  });
});

describe("a packed file that cannot be used", () => {
  /** With the checksum of what it says now. */
  const stamped = (changed: Uint8Array): Uint8Array => {
    const copy = changed.slice();
    copy.set(sha256(copy.subarray(0, -16)).subarray(0, 16), copy.length - 16);
    return copy;
  };
  const changedAt = (place: number, value: number) => {
    const copy = Uint8Array.from(bytes);
    copy[place] = value;
    return copy;
  };
  const headerEnd = () => 16 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  const nan = () => {
    const copy = Uint8Array.from(bytes);
    new DataView(copy.buffer).setFloat32(headerEnd(), Number.NaN, true);
    return stamped(copy);
  };

  it.each([
    [
      "cut.bars",
      () => bytes.slice(0, -100),
      "it is cut off. Take another copy of it, or pack the network again.",
    ],
    ["longer.bars", () => Uint8Array.of(...bytes, 0), "something was appended"],
    ["changed.bars", () => changedAt(headerEnd() + 5, 77), "the file is damaged or was changed"],
    [
      "newer.bars",
      () => changedAt(4, 9),
      "the format's version should be 1 or 2, got 9. A newer version of bars wrote it; update bars.",
    ],
    [
      "other.bars",
      () => new TextEncoder().encode("PK zip"),
      "a packed model should begin with the letters BARS",
    ],
    ["nan.bars", nan, '"stem.kernel" should hold finite numbers, got NaN at place 0'],
    ["empty.bars", () => new Uint8Array(), "a packed model should begin with the letters BARS"],
  ] as const)("%s: each command ends with 1, says why, and prints nothing", async (name, made, message) => {
    writeFileSync(at(name), made());
    for (const args of [
      ["run", name, "big.png"],
      ["inspect", name],
      ["bench", name],
    ]) {
      const { code, out, err } = await bars(...args);
      expect(err).toContain(`error: ${name}: `);
      expect(err).toContain(message);
      expect([code, out]).toEqual([1, ""]);
    }
  });
});
