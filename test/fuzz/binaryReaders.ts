import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { readCifarRecords } from "../../lib/data/cifarRecords";
import { readIdx } from "../../lib/data/idxFile";
import { emptyColumns, readIndex, writeIndex } from "../../lib/data/pictures/pictureStore";
import { untarGz } from "../../lib/data/untarGz";
import { buildNetwork } from "../../lib/network/buildNetwork";
import { integers, randomKey } from "../../lib/random/randomKey";
import { search } from "../../lib/search/search";
import { searchFiles } from "../../lib/search/searchFiles";
import { SearchState } from "../../lib/search/searchState";
import { train } from "../../lib/train/train";
import { readTrainedWeights } from "../../lib/train/trainedWeights";
import { trainFiles } from "../../lib/train/trainFiles";
import { TrainState } from "../../lib/train/trainState";
import { hashJson } from "../../lib/util/canonicalJson";
import { readTensorFile } from "../../lib/util/tensorFile";
import { tarGz } from "../data/tarFixture";
import { tinySearch } from "../helpers/tinySearch";
import { tinyModel, tinyTraining } from "../helpers/tinyTraining";
import type { FuzzReader } from "./fuzz";
import type { PutFile } from "./readers";

const pixels = 3 * 1024;

/** Readers of files of bytes: checkpoints, weights, image files, archives. Makes the runs whose files it damages. */
export async function binaryReaders(
  folder: string,
  put: PutFile,
): Promise<{ readers: FuzzReader[]; close: () => void }> {
  const searchSettings = tinySearch({ epochs: 1, warmupEpochs: 0 });
  const searchFolder = join(folder, "search");
  await search(searchSettings, { directory: searchFolder });
  const searchState = new SearchState(searchSettings, randomKey(1));

  const trainSettings = tinyTraining({ epochs: 2, validationShare: 0.25, optimizer: { method: "adam" } });
  const model = tinyModel();
  const trainFolder = join(folder, "train");
  const stop = new AbortController();
  const options = { directory: trainFolder, signal: stop.signal, onEpoch: () => stop.abort() };
  await train(trainSettings, model, options).catch(() => undefined);
  const trainHash = hashJson({ config: trainSettings, model });
  const trainState = new TrainState(trainSettings, model, randomKey(1));
  const network = buildNetwork(model, trainSettings, randomKey(1));
  const { checkpoint, best } = trainFiles(trainFolder);

  const images = Buffer.from(integers(randomKey(2), 3 * (pixels + 1), 256));
  for (const record of [0, 1, 2]) images[record * (pixels + 1)] = record;
  const members = ["set/a.bin", "set/b.bin"];
  const body = Buffer.from(integers(randomKey(3), 300_000, 256));
  const archive = tarGz([
    { name: "set/", kind: "5" },
    { name: members[0] as string, body },
    { name: members[1] as string, body: body.subarray(0, 700) },
    { name: "set/readme.html", body: body },
  ]);
  const out = join(folder, "out");
  mkdirSync(out);
  const idx = Buffer.concat([
    Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 4]),
    Buffer.from(integers(randomKey(4), 40, 256)),
  ]);
  // No bytes of pictures before its columns: those are checked picture by picture, when they are read.
  const store = put("whole.pictures", Buffer.alloc(0));
  const columns = emptyColumns(3, 3);
  columns.sizes.set([4, 5, 6, 7, 8, 9]);
  writeIndex(store, 0, columns, {
    count: 3,
    channels: 3,
    storedSize: 4,
    stored: false,
    faults: [[1, "is empty"]],
    misnamed: [],
  });
  const stored = readFileSync(store);

  const readers: FuzzReader[] = [
    {
      name: "tensor file",
      form: "hashed",
      seeds: [readFileSync(best)],
      // Without its hash it is a file of another program; what such hold is checked where they are used.
      read: (input) => {
        const { hashed, metadata } = readTensorFile(put("a.safetensors", input));
        if (hashed) return metadata;
        readTrainedWeights(put("a.safetensors", input), network, trainHash);
        return metadata;
      },
    },
    {
      name: "checkpoint of a search",
      form: "hashed",
      seeds: [readFileSync(searchFiles(searchFolder).checkpoint)],
      read: (input) => {
        searchState.restore(put("s.safetensors", input), hashJson(searchSettings), 3);
        return searchState.position;
      },
    },
    {
      name: "checkpoint of a training",
      form: "hashed",
      seeds: [readFileSync(checkpoint)],
      read: (input) => {
        trainState.restore(put("t.safetensors", input), trainHash, 5);
        return trainState.position;
      },
    },
    {
      name: "trained weights",
      form: "hashed",
      seeds: [readFileSync(best)],
      read: (input) => readTrainedWeights(put("w.safetensors", input), network, trainHash),
    },
    {
      name: "CIFAR file",
      form: "bytes",
      seeds: [images],
      read: async (input) => {
        const into = new Uint8Array(3 * pixels);
        const labels = new Uint8Array(3);
        const file = { path: put("batch.bin", input), records: 3, classes: [10] };
        await readCifarRecords(file, into, [labels], 0);
        return { labels, size: input.length };
      },
      agrees: (value) => {
        const { labels, size } = value as { labels: number[]; size: number };
        if (size !== images.length) return `it has ${size} bytes`;
        return labels.every((label) => label < 10) ? null : `its labels are ${labels.join(", ")}`;
      },
    },
    {
      name: "idx file",
      form: "bytes",
      seeds: [idx, gzipSync(idx)],
      read: (input) => {
        const { shape, bytes } = readIdx(put("images.idx", input), 3);
        return { shape, bytes: [...bytes] };
      },
      agrees: (value) => {
        const { shape, bytes } = value as { shape: number[]; bytes: number[] };
        const [count = 0, height = 0, width = 0] = shape;
        return count * height * width === bytes.length ? null : `${bytes.length} bytes of ${shape.join("x")}`;
      },
    },
    {
      name: "stored pictures",
      form: "hashed",
      seeds: [stored],
      read: (input) => {
        const { path: _, offsets, sizes, sums, moments, ...header } = readIndex(put("set.pictures", input));
        return { ...header, columns: [offsets, sizes, sums, moments].map((column) => [...column]) };
      },
    },
    {
      name: "archive",
      form: "bytes",
      seeds: [archive],
      read: async (input) => {
        rmSync(out, { recursive: true, force: true });
        mkdirSync(out);
        await untarGz(put("set.tar.gz", input), members, out);
        return ["a.bin", "b.bin"].map((name) => readFileSync(join(out, name)).toString("base64"));
      },
      agrees: (value) => {
        const whole = [body, body.subarray(0, 700)].map((part) => part.toString("base64"));
        return whole.join() === (value as string[]).join() ? null : "other bytes came out of it";
      },
    },
  ];
  const close = () => {
    searchState.dispose();
    trainState.dispose();
    network.dispose();
  };
  return { readers, close };
}
