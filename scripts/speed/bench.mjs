// npm run bench: the speed of the library's work beside PyTorch's, by turns, each with and without kept memory; --help says how.
//
// One process a measurement. Every row is run in rounds: ours, then its peer, each as it comes and with what malloc freed kept
// in the process (docs/engine.md says why); of the two ways the faster one counts, for both sides. What was measured is added
// to history.jsonl in the folder, one line of JSON a row, and speed.svg there is drawn anew from the last line of each row.
// Row "paths" has the mixture of the same space for its peer, rows "frozen" have scripts/speed/frozen.mjs; they stand in the history alone.
// Peers need a python3 with torch; without one the rows say so, and only ours are measured.
import { execFile, spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { exitCodeOf, typedPath, UsageError, wholeNumber } from "../usage.mjs";
import { speedFigure } from "./speed-figure.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const bars = join(root, "lib", "bin", "bars.cjs");
const run = promisify(execFile);

/**
 * What is measured. Rows with `agreesAt` are first run once from one start with batches of so many images, and must agree with their
 * peer in parameters and first losses. These are few: of the millions of signs in a larger batch rounding turns some, and what
 * follows a turned sign is another network. First losses of 64 images differ by 0.3 % (supernet) and 1.8 % (ResNet-20) between single
 * and double precision of PyTorch alone.
 */
export const rows = {
  search: {
    title: "search step, batch 64",
    net: "search",
    batch: 64,
    peer: ["supernet.py"],
    agreesAt: 8,
  },
  "search-16": {
    title: "search step, batch 16",
    net: "search",
    batch: 16,
    peer: ["supernet.py"],
    agreesAt: 8,
  },
  paths: {
    title: "search step by sampled paths, batch 64",
    net: "paths",
    batch: 64,
    mixture: "search",
    // Each draws another path, and the longest takes ten times as long as the shortest.
    timesSteps: 4,
  },
  binary: {
    title: "small binary net, training, batch 64",
    net: "binary",
    batch: 64,
    peer: ["binary_net.py"],
  },
  training: {
    title: "ResNet-20, training, batch 64",
    net: "resnet20",
    batch: 64,
    peer: ["resnet20.py", "train"],
    agreesAt: 16,
  },
  derived: {
    title: "derived network of 2.65 M BOPs, training, batch 64",
    net: "derived",
    batch: 64,
    peer: ["derived.py"],
    agreesAt: 16,
  },
  evaluation: {
    title: "ResNet-20, evaluation, batch 64",
    net: "evaluation",
    batch: 64,
    peer: ["resnet20.py", "evaluate"],
  },
  "evaluation-1": {
    title: "ResNet-20, evaluation, batch 1",
    net: "evaluation",
    batch: 1,
    peer: ["resnet20.py", "evaluate"],
  },
  frozen: {
    title: "ResNet-20, evaluation, batch 64, beside ONNX Runtime by hand",
    net: "evaluation",
    batch: 64,
    byHand: "frozen.mjs",
    agreesAt: 16,
  },
  "frozen-1": {
    title: "ResNet-20, evaluation, batch 1, beside ONNX Runtime by hand",
    net: "evaluation",
    batch: 1,
    byHand: "frozen.mjs",
    agreesAt: 16,
  },
};

const never = String(2 ** 32);
/** The two ways a process is started. */
const ways = {
  plain: {},
  kept: { MALLOC_TRIM_THRESHOLD_: never, MALLOC_MMAP_THRESHOLD_: never },
};

/** Of an even number the mean of the middle two. */
function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
const lastJson = (text) => JSON.parse(text.trim().split("\n").at(-1));

/** Whether two programs do the same: as many parameters, and first losses that differ by rounding alone. */
export function agreement(ours, peers) {
  const wrong = [];
  if (ours.parameters !== undefined && ours.parameters !== peers.parameters)
    wrong.push(`${ours.parameters} parameters against ${peers.parameters}`);
  const [a, b] = [ours.losses?.[0], peers.losses?.[0]];
  if (a !== undefined && b !== undefined && !(Math.abs(a - b) <= 1e-5 * Math.abs(a)))
    wrong.push(`first loss ${a} against ${b}`);
  return wrong.length === 0 ? null : wrong.join(", ");
}

/** The faster of the two ways: its name, its medians, and the largest memory it took. */
export function better(measured) {
  const found = Object.entries(measured).map(([way, results]) => ({
    way,
    imagesPerSecond: median(results.map((result) => result.imagesPerSecond)),
    peakMemoryBytes: Math.max(...results.map((result) => result.peakMemoryBytes)),
    ...(results[0].firstStepSeconds === undefined
      ? {}
      : { firstStepSeconds: median(results.map((result) => result.firstStepSeconds)) }),
    ...(results[0].processorSeconds === undefined
      ? {}
      : { processorSeconds: median(results.map((result) => result.processorSeconds)) }),
  }));
  return found.reduce((best, next) => (next.imagesPerSecond > best.imagesPerSecond ? next : best));
}

function torchVersion(python) {
  const { status, stdout } = spawnSync(python, ["-c", "import torch; print(torch.__version__)"], {
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim() : null;
}

const oursOf = (row, batch, steps) => [
  "bench",
  "--json",
  "--net",
  row.net,
  "--batch",
  String(batch),
  "--steps",
  String(steps),
];

/** Weights and a batch of ours, in the file `start`, and what it says itself of one step. */
async function startOf(row, batch, threads, start) {
  const env = { ...process.env, BARS_ONNX_THREADS: String(threads) };
  const own = [bars, ...oursOf(row, batch, 1), "--start", start];
  return lastJson((await run(process.execPath, own, { env })).stdout);
}

/** @throws Error if a row's peer, from the weights and batch that ours writes to `start`, computes something else. */
async function checkPeer(row, [program, ...peer], { threads }, start) {
  const ours = await startOf(row, row.agreesAt, threads, start);
  const args = [...peer, String(row.agreesAt), "1", String(threads), start];
  const differ = agreement(ours, lastJson((await run(program, args)).stdout));
  if (differ) throw new Error(`bench: ${row.title}: the peer computes something else: ${differ}.`);
}

async function measureRow(row, options, start) {
  const { threads, steps, python, torch } = options;
  const sides = { ours: { plain: [], kept: [] }, peer: { plain: [], kept: [] } };
  const ours = oursOf(row, row.batch, steps * (row.timesSteps ?? 1));
  const inTorch = torch && row.peer ? [python, join(here, row.peer[0]), ...row.peer.slice(1)] : null;
  const peer = row.byHand ? [process.execPath, join(here, row.byHand)] : inTorch;
  if (peer && row.agreesAt) await checkPeer(row, peer, options, start);
  if (row.byHand) await startOf(row, row.batch, threads, start);
  for (let round = 0; round < options.rounds; round++) {
    for (const [way, env] of Object.entries(ways)) {
      const own = { ...process.env, ...env, BARS_ONNX_THREADS: String(threads) };
      sides.ours[way].push(lastJson((await run(process.execPath, [bars, ...ours], { env: own })).stdout));
      if (row.mixture) {
        const mixture = oursOf({ net: row.mixture }, row.batch, steps);
        sides.peer[way].push(
          lastJson((await run(process.execPath, [bars, ...mixture], { env: own })).stdout),
        );
      }
      if (!peer) continue;
      const [program, ...args] = [...peer, String(row.batch), String(steps), String(threads)];
      const given = row.byHand ? [...args, start] : args;
      sides.peer[way].push(lastJson((await run(program, given, { env: { ...process.env, ...env } })).stdout));
    }
  }
  return { ours: better(sides.ours), peer: peer || row.mixture ? better(sides.peer) : null };
}

const usage = `usage: npm run bench -- [--rows NAMES] [--rounds N] [--steps N] [--threads N] [--python PROGRAM] [--note TEXT] [--out FOLDER]
  --rows     with commas between (all: ${Object.keys(rows).join(",")})
  --rounds   of each row, of which medians are taken (3)
  --steps    timed steps of each process (6)
  --threads  of ours and of the peers (one a processor)
  --python   a python3 with torch, for the peers (python3); without torch only ours are measured
  --note     a text for the history
  --out      folder of history.jsonl and speed.svg (data/speed)
A row takes about a minute and a half a round on two cores.`;

/** A whole number of at least 1 that was typed. */
function count(text, name) {
  if (!/^0*[1-9]\d*$/.test(text))
    throw new UsageError(`--${name} must be an integer of at least 1, got "${text}".`);
  return wholeNumber(text, name);
}

async function main() {
  const { values } = parseArgs({
    options: {
      rows: { type: "string", default: Object.keys(rows).join(",") },
      rounds: { type: "string", default: "3" },
      steps: { type: "string", default: "6" },
      threads: { type: "string", default: String(availableParallelism()) },
      python: { type: "string", default: "python3" },
      note: { type: "string", default: "" },
      out: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const names = values.rows.split(",");
  const unknown = names.find((name) => !Object.hasOwn(rows, name));
  if (unknown !== undefined)
    throw new UsageError(`--rows takes names of ${Object.keys(rows).join(", ")}, got "${unknown}".`);
  const numbers = {
    rounds: count(values.rounds, "rounds"),
    steps: count(values.steps, "steps"),
    threads: count(values.threads, "threads"),
  };
  const torch = torchVersion(values.python);
  if (!torch && names.some((name) => rows[name].peer))
    console.log(
      `${values.python} has no torch: no peer is measured. pip install torch, or name another with --python.`,
    );
  const options = { ...numbers, python: values.python, torch };
  const out = values.out === undefined ? join(root, "data", "speed") : typedPath(values.out);
  mkdirSync(out, { recursive: true });
  const history = join(out, "history.jsonl");
  const folder = mkdtempSync(join(tmpdir(), "bars-bench-"));
  try {
    for (const name of names) {
      const row = rows[name];
      const { ours, peer } = await measureRow(row, options, join(folder, "start.safetensors"));
      const line = {
        row: name,
        title: row.title,
        at: new Date().toISOString(),
        processor: cpus()[0]?.model.trim(),
        node: process.version,
        torch: row.peer ? torch : null,
        ...numbers,
        steps: numbers.steps * (row.timesSteps ?? 1),
        ours,
        peer,
        note: values.note,
      };
      appendFileSync(history, `${JSON.stringify(line)}\n`);
      const speed = ({ imagesPerSecond, way, peakMemoryBytes, firstStepSeconds, processorSeconds }) =>
        `${imagesPerSecond.toFixed(1)} images/s (memory ${way}, ${(peakMemoryBytes / 2 ** 30).toFixed(2)} GiB${processorSeconds ? `, ${processorSeconds.toFixed(2)} s of processor time a step` : ""}${firstStepSeconds ? `, first step after ${firstStepSeconds.toFixed(1)} s` : ""})`;
      const against = peer
        ? `, ${row.mixture ? "the mixture" : row.byHand ? "by hand" : "torch"} ${speed(peer)}: ${(ours.imagesPerSecond / peer.imagesPerSecond).toFixed(2)} of it`
        : ", no peer here";
      console.log(`${row.title}: ${speed(ours)}${against}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const lines = existsSync(history)
    ? readFileSync(history, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [];
  const shown = Object.keys(rows).filter((name) => rows[name].peer);
  const last = shown.flatMap((name) => lines.filter((line) => line.row === name).slice(-1));
  writeFileSync(join(out, "speed.svg"), speedFigure(last));
  console.log(`Added to ${history}; figure: ${join(out, "speed.svg")}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(`bench: ${error.message.replace(/^bench: /, "")}`);
    process.exitCode = exitCodeOf(error);
  });
}
