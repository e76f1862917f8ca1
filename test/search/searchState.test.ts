import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { randomKey } from "../../lib/random/randomKey";
import { search } from "../../lib/search/search";
import { searchFiles } from "../../lib/search/searchFiles";
import { SearchState } from "../../lib/search/searchState";
import { hashJson } from "../../lib/util/canonicalJson";
import { DivergenceError, RecordError } from "../../lib/util/errors";
import { readTensorFile, type StoredTensor, writeTensorFile } from "../../lib/util/tensorFile";
import { temporaryFolder, tinySearch } from "../helpers/tinySearch";
import { withoutHash } from "../helpers/unhashedTensors";

const directory = temporaryFolder();
const config = tinySearch({ epochs: 2 });
const hash = hashJson(config);
const { checkpoint } = searchFiles(directory);
const other = join(directory, "other.safetensors");
let state: SearchState;
let untouched: string;
let tensors: Map<string, StoredTensor>;
let metadata: Record<string, string>;

const numbers = async () =>
  JSON.stringify([
    [...(await state.supernet.parameters.stored())].map(([name, { values }]) => [name, [...values]]),
    state.alphas.values(),
    state.position,
    state.weightDecay,
  ]);

beforeAll(async () => {
  await startBackend();
  await search(config, { directory });
  state = new SearchState(config, randomKey(7));
  untouched = await numbers();
  ({ tensors, metadata } = readTensorFile(checkpoint));
});
afterAll(() => state.dispose());

const changed = (name: string, change: (tensor: StoredTensor) => StoredTensor) => {
  const copy = new Map(tensors);
  copy.set(name, change(tensors.get(name) as StoredTensor));
  return copy;
};
const filled = (value: number) => (tensor: StoredTensor) => ({
  ...tensor,
  values: new Float32Array(tensor.values.length).fill(value),
});
const position = (changes: object) =>
  JSON.stringify({ ...JSON.parse(metadata["position"] as string), ...changes });
const restore = () => state.restore(other, hash, 3);

describe("SearchState.restore", () => {
  it.each<[string, () => void, string]>([
    [
      "a position beyond the search",
      () => writeTensorFile(other, tensors, { ...metadata, position: position({ epoch: 99 }) }),
      "position.epoch must be from 0 to the 2 epochs of this search, got 99. The file is damaged or was changed: resume from an older checkpoint, or start again.",
    ],
    [
      "a step beyond its epoch",
      () => writeTensorFile(other, tensors, { ...metadata, position: position({ epoch: 1, step: 3 }) }),
      "position.step must be from 0 to 2 in epoch 1, got 3.",
    ],
    [
      "a step after the last epoch",
      () => writeTensorFile(other, tensors, { ...metadata, position: position({ epoch: 2, step: 1 }) }),
      "position.step must be from 0 to 0 in epoch 2, got 1.",
    ],
    [
      "sums of other steps",
      () => writeTensorFile(other, tensors, { ...metadata, position: position({ epoch: 1, step: 1 }) }),
      "position.meter.weightSteps must be the 1 steps of the epoch so far, got 0.",
    ],
    [
      "a position that is none",
      () => writeTensorFile(other, tensors, { ...metadata, position: "[]" }),
      "position must be an object, got a list.",
    ],
    [
      "optimizer steps that are text",
      () => writeTensorFile(other, tensors, { ...metadata, optimizerSteps: '[{"a":"1"},{}]' }),
      'optimizerSteps[0].a must be a whole number of at least 1, got "1".',
    ],
    [
      "steps of a parameter that is none",
      () => writeTensorFile(other, tensors, { ...metadata, optimizerSteps: '[{"a":1},{}]' }),
      'weightOptimizer: steps are counted for "a", which is no parameter of this run.',
    ],
    [
      "a state without its steps",
      () => writeTensorFile(other, tensors, { ...metadata, optimizerSteps: "[{},{}]" }),
      "which an optimizer by sgd does not remember after these steps.",
    ],
    [
      "a weight decay that is none",
      () => writeTensorFile(other, tensors, { ...metadata, weightDecay: "-1" }),
      "weightDecay must be a finite number of at least 0, got -1.",
    ],
    [
      "alphas that are not finite",
      () => writeTensorFile(other, changed("alphas/cell0", filled(Number.NaN)), metadata),
      'alphas: tensor "cell0" should hold finite numbers, got NaN at place 0.',
    ],
    [
      "alphas of another shape",
      () =>
        writeTensorFile(
          other,
          changed("alphas/cell0", ({ values }) => ({ shape: [values.length], values })),
          metadata,
        ),
      'alphas: tensor "cell0" should have shape [1, 3], the checkpoint has [3].',
    ],
    [
      "a tensor of no section",
      () =>
        writeTensorFile(
          other,
          new Map([...tensors, ["x/a", filled(0)(tensors.get("alphas/cell0") as StoredTensor)]]),
          metadata,
        ),
      'it holds the tensor "x/a", which a checkpoint of a search has not',
    ],
    [
      "metadata of another program",
      () => writeTensorFile(other, tensors, { ...metadata, format: "pt" }),
      'its metadata hold "format", which a checkpoint of a search has not',
    ],
    [
      "metadata that lack an entry",
      () => {
        const { weightDecay: _, ...rest } = metadata;
        writeTensorFile(other, tensors, rest);
      },
      'its metadata lack "weightDecay"',
    ],
    [
      "no hash, though its schema has one",
      () => withoutHash(checkpoint, other),
      'its metadata should state the hash of its content as "contentHash", got nothing; the file is damaged or was changed.',
    ],
    [
      "the hash under another name, and the schema of files without one",
      () => {
        const bytes = readFileSync(checkpoint).toString("latin1");
        const named = bytes.replace('"contentHash"', '"contentHasi"').replace('"schema":"3"', '"schema":"2"');
        writeFileSync(other, named, "latin1");
      },
      'its metadata should state the hash of its content as "contentHash", got "contentHasi"',
    ],
  ])("refuses %s, and changes nothing", async (_what, write, message) => {
    write();
    expect(restore).toThrow(RecordError);
    expect(restore).toThrow(`${other}: `);
    expect(restore).toThrow(message);
    expect(await numbers()).toBe(untouched);
  });

  it("refuses statistics without their other half, and variances below 0", () => {
    const [name] = [...tensors.keys()].filter((key) => key.endsWith(".variance"));
    writeTensorFile(other, changed(name as string, filled(-1)), metadata);
    expect(restore).toThrow("should hold variances of at least 0, got -1 at place 0.");
    const without = new Map(tensors);
    without.delete(name as string);
    writeTensorFile(other, without, metadata);
    expect(restore).toThrow("statistics should be the mean and the variance of each batch norm, got ");
  });

  it("refuses a file with bits flipped anywhere, in its header and in its numbers", () => {
    const good = readFileSync(checkpoint);
    const headerBits = 8 * (8 + Number(good.readBigUInt64LE(0)));
    const later = 8 * good.length - headerBits;
    const bits = [
      ...Array.from({ length: Math.floor(headerBits / 101) }, (_, i) => 101 * i),
      ...Array.from({ length: 60 }, (_, i) => headerBits + Math.floor((i * later) / 60)),
    ];
    for (const bit of bits) {
      const bytes = Buffer.from(good);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      writeFileSync(other, bytes);
      expect(restore, `bit ${bit}`).toThrow(RecordError);
    }
  });

  it("reads a checkpoint of the schema before, which has no hash", async () => {
    withoutHash(checkpoint, other, "2");
    restore();
    const read = await numbers();
    state.restore(checkpoint, hash, 3);
    expect(read).toBe(await numbers());
    expect(read).not.toBe(untouched);
  });
});

describe("SearchState.save", () => {
  it("refuses numbers that are not finite, and leaves the file as it was", async () => {
    const wild = new SearchState(config, randomKey(7));
    const backend = await startBackend();
    await wild.save(other, hash, backend);
    const before = readFileSync(other);
    const [cell] = wild.alphas.cells;
    tf.tidy(() => cell?.assign(tf.fill(cell.shape, Number.NaN)));
    const saving = wild.save(other, hash, backend);
    await expect(saving).rejects.toThrow(DivergenceError);
    await expect(saving).rejects.toThrow("search: alphas/cell0 became NaN by step 0 of epoch 1.");
    expect(readFileSync(other).equals(before)).toBe(true);
    wild.dispose();
  });
});

it("a search refuses a checkpoint that is ahead of its record", async () => {
  const files = searchFiles(temporaryFolder());
  const folder = join(files.record, "..");
  const stop = new AbortController();
  await search(config, { directory: folder, onEpoch: () => stop.abort(), signal: stop.signal }).catch(
    () => {},
  );
  writeTensorFile(files.checkpoint, tensors, { ...metadata, position: position({ epoch: 2, step: 0 }) });
  await expect(search(config, { directory: folder })).rejects.toThrow(
    "the checkpoint was written after 2 epochs, the record beside it holds 1 epoch; they are not of one moment.",
  );
});

it("a search holds latent weights within their bound, and no other weight", async () => {
  const files = searchFiles(temporaryFolder());
  const held = tinySearch({ epochs: 2, weightOptimizer: { learningRate: 0.05, latentBound: 0.1 } });
  await search(held, { directory: join(files.record, "..") });
  const beyond = (from: ReadonlyMap<string, StoredTensor>) =>
    [...from]
      .filter(([name, { values }]) => name.startsWith("weights/") && values.some((w) => Math.abs(w) > 0.1001))
      .map(([name]) => name);
  const latents = (names: readonly string[]) => names.filter((name) => name.endsWith(".latent"));
  expect(latents(beyond(tensors)).length).toBeGreaterThan(2);
  const large = beyond(readTensorFile(files.checkpoint).tensors);
  expect(latents(large)).toEqual([]);
  expect(large).toContain("weights/stem.kernel");
});
