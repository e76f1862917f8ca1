// What one process holds after many runs: node scripts/memory-flat.mjs [--what train|search] [--runs 300] [--every 20]
// [--same] [--json]
//
// train   trainings of one tiny network after the other, each of another architecture; --same: of one
// search  steps of one tiny search
//
// Made-up images, the default engine or BARS_BACKEND. Garbage is collected before each look. The first runs fill what is
// kept on purpose (16 compiled graphs, memory for later results): look at what comes after them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const fromHere = createRequire(import.meta.url);
const lib = (path) => fromHere(join(root, "lib/dist", path));
const mebibytes = (bytes) => Math.round((10 * bytes) / 2 ** 20) / 10;

/** What the process holds now: MiB and counts. */
async function look() {
  const { tf, engineStatistics } = lib("backend/index.js");
  await new Promise((done) => setImmediate(done));
  globalThis.gc();
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const engine = engineStatistics();
  return {
    rss: mebibytes(rss),
    heap: mebibytes(heapUsed),
    outside: mebibytes(rss - heapTotal),
    external: mebibytes(external),
    arrays: mebibytes(arrayBuffers),
    tensors: tf.memory().numTensors,
    graphs: engine?.programs ?? 0,
    compiled: engine?.compiles ?? 0,
    buffers: mebibytes(engine?.bytes ?? 0),
    pooled: mebibytes(engine?.pooledBytes ?? 0),
  };
}

const tinySpace = { initChannels: 4, cellLayout: [0, 1, 0], steps: 2 };

async function trainings(folder, { runs, same }, after) {
  const { train } = lib("train/train.js");
  const { trainConfig } = lib("config/trainConfig.js");
  const { spaceConfig } = lib("config/spaceConfig.js");
  const { fold, randomKey } = lib("random/randomKey.js");
  const { genotypeModel } = lib("records/modelSpec.js");
  const { randomGenotype } = lib("space/randomGenotype.js");
  const space = spaceConfig(tinySpace);
  const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
  for (let run = 0; run < runs; run++) {
    const model = genotypeModel(randomGenotype(space, fold(randomKey(0), same ? 0 : run)), "tiny");
    const config = trainConfig({ data, batchSize: 8, epochs: 1, seed: run });
    await train(config, model, { directory: join(folder, String(run)) });
    await after(run + 1);
  }
}

async function steps(folder, { runs }, after) {
  const { search } = lib("search/search.js");
  const { searchConfig } = lib("config/searchConfig.js");
  const perEpoch = 20;
  const config = searchConfig({
    space: { ...tinySpace, widthChoices: [0.5, 1] },
    data: { dataset: "synthetic", trainImages: 16 * perEpoch, testImages: 16 },
    batchSize: 8,
    weightShare: 0.5,
    epochs: Math.ceil(runs / perEpoch),
    warmupEpochs: 0,
    cost: { budget: 2e5 },
  });
  await search(config, { directory: folder, onEpoch: ({ epochs }) => after(epochs.length * perEpoch) });
}

const kinds = { train: trainings, search: steps };

async function main() {
  const options = { what: { type: "string" }, runs: { type: "string" }, every: { type: "string" } };
  const flags = { same: { type: "boolean", default: false }, json: { type: "boolean", default: false } };
  const { values } = parseArgs({ options: { ...options, ...flags } });
  const { what = "train", same, json } = values;
  const runs = Number(values.runs ?? (what === "search" ? 1000 : 300));
  const every = Number(values.every ?? Math.max(1, Math.round(runs / 15)));
  if (!Object.hasOwn(kinds, what)) throw new Error(`--what: expected train or search, got "${what}".`);
  const { describeBackend, startBackend } = lib("backend/index.js");
  const backend = await startBackend();
  if (!json) console.log(`${describeBackend(backend)}, Node ${process.versions.node}`);
  const folder = mkdtempSync(join(tmpdir(), "bars-memory-"));
  const looks = [];
  try {
    await kinds[what](folder, { runs, same }, async (done) => {
      if (done % every !== 0) return;
      const now = { done, ...(await look()) };
      looks.push(now);
      if (json) return;
      const cells = Object.values(now).map((value) => String(value).padStart(9));
      if (looks.length === 1)
        console.log(
          Object.keys(now)
            .map((name) => name.padStart(9))
            .join(""),
        );
      console.log(cells.join(""));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (json) console.log(JSON.stringify({ what, runs, same, engine: backend.name, looks }));
}

if (globalThis.gc) await main();
else {
  const again = ["--expose-gc", fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, again, { stdio: "inherit" }).status ?? 1;
}
