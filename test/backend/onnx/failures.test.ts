import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { engineStatistics, startBackend, tf } from "../../../lib/backend";
import { describeStatistics } from "../../../lib/backend/engineStatistics";
import { readSearchRecord } from "../../../lib/records/searchRecordFile";
import { search } from "../../../lib/search/search";
import { searchFiles } from "../../../lib/search/searchFiles";
import { readTensorFile } from "../../../lib/util/tensorFile";
import { temporaryFolder, tinySearch } from "../../helpers/tinySearch";

beforeAll(() => startBackend("onnx"));
const root = temporaryFolder();

/** Searches one epoch, breaks the engine in the next, and says how the search ended and what is on disk. */
async function broken(name: string, breakEngine: () => void) {
  const files = searchFiles(join(root, name));
  const before: Buffer[] = [];
  const failure = await search(tinySearch(), {
    directory: join(root, name),
    onEpoch() {
      if (before.length > 0) return;
      before.push(readFileSync(files.checkpoint), readFileSync(files.record));
      breakEngine();
    },
  }).then(
    () => undefined,
    (cause: unknown) => cause as Error,
  );
  return { failure, files, before };
}

function expectIntact({ files, before }: Awaited<ReturnType<typeof broken>>) {
  expect(readFileSync(files.checkpoint).equals(before[0] as Buffer), "the checkpoint is as it was").toBe(
    true,
  );
  expect(Object.keys(readTensorFile(files.checkpoint)).length).toBeGreaterThan(0);
  expect(readSearchRecord(files.record).epochs.length).toBe(1);
}

it("says in one line what it compiled, found again and holds", () => {
  tf.tidy(() => void tf.neg(tf.tensor1d([1])).dataSync());
  const statistics = engineStatistics();
  expect(statistics?.runs).toBeGreaterThan(0);
  expect(
    describeStatistics({ ...(statistics as NonNullable<typeof statistics>), compiles: 2, compileMs: 310 }),
  ).toMatch(
    /^2 graphs compiled in 0\.31 s \(last: \d+ operators\), found again \d+ times?; \d+ runs? in \d+\.\d\d s; \d+ MiB in buffers, \d+ MiB kept for later results$/,
  );
});

it("out of memory in a step: the search fails with the reason, the checkpoint stays, and the search goes on from it", async () => {
  const outcome = await broken("memory", () => {
    // The next value that is read needs four terabytes besides.
    const backend = tf.backend() as unknown as { read(id: object): Promise<unknown> };
    const read = backend.read.bind(backend);
    backend.read = async (id) => {
      backend.read = read;
      const huge = tf.tidy(() =>
        tf.sum(tf.sin(tf.add(tf.range(0, 2 ** 20), tf.reshape(tf.range(0, 2 ** 20), [-1, 1])))),
      );
      try {
        await huge.data();
      } finally {
        huge.dispose();
      }
      return read(id);
    };
  });
  expect(outcome.failure?.message).toMatch(/onnx: a graph of \d+ operators failed: .*(alloc|memory)/is);
  expectIntact(outcome);
  const record = await search(tinySearch(), { directory: join(root, "memory") });
  expect(record.status).toBe("finished");
  expect(record.epochs.length).toBe(3);
});

it("the device lost: the search fails with the reason and the checkpoint stays", async () => {
  const outcome = await broken("lost", () => tf.backend().dispose());
  expect(outcome.failure?.message).toBe("onnx: the device was closed.");
  expectIntact(outcome);
});
