// Speeds of several engines by turns, so that what else the machine does falls on all of them.
//
// usage: node scripts/speed/compare.mjs [--net binary|search] [--engines pytorch,onnx,wasm] [--rounds 3]
//          [--batch 64] [--steps 6] [--threads 2] [--python python3]
//
// One process a measurement. Slow engines may take other batches and steps: "wasm:16:1" is batch 16, one timed step.
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const bars = join(here, "..", "..", "lib", "bin", "bars.cjs");
const run = promisify(execFile);

const { values: options } = parseArgs({
  options: {
    net: { type: "string", default: "binary" },
    engines: { type: "string", default: "pytorch,onnx" },
    rounds: { type: "string", default: "3" },
    batch: { type: "string", default: "64" },
    steps: { type: "string", default: "6" },
    threads: { type: "string", default: String(availableParallelism()) },
    python: { type: "string", default: "python3" },
  },
});

const engines = options.engines.split(",").map((text) => {
  const [name, batch = options.batch, steps = options.steps] = text.split(/:(?=\d)/);
  return { name, batch, steps, speeds: [], peakBytes: 0 };
});

async function measure({ name, batch, steps }) {
  if (name === "pytorch") {
    if (options.net !== "binary") throw new Error("pytorch: only --net binary is written for PyTorch");
    return run(options.python, [join(here, "binary_net.py"), batch, steps, options.threads]);
  }
  const args = [
    bars,
    "bench",
    "--json",
    "--net",
    options.net,
    "--batch",
    batch,
    "--steps",
    steps,
    "--backend",
    name,
  ];
  const env = { ...process.env, BARS_ONNX_THREADS: options.threads };
  return run(process.execPath, args, { env });
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

for (let round = 0; round < Number(options.rounds); round++) {
  for (const engine of engines) {
    const { stdout } = await measure(engine);
    const result = JSON.parse(stdout.trim().split("\n").at(-1));
    engine.speeds.push(result.imagesPerSecond);
    engine.peakBytes = Math.max(engine.peakBytes, result.peakMemoryBytes);
    console.log(
      `round ${round + 1}  ${engine.name.padEnd(12)} ${result.imagesPerSecond.toFixed(1)} images/s`,
    );
  }
}

const [reference] = engines;
console.log(`\n${options.net} net, ${options.threads} threads, medians of ${options.rounds} rounds by turns`);
for (const { name, batch, speeds, peakBytes } of engines) {
  const ratios = speeds.map((speed, i) => speed / reference.speeds[i]);
  console.log(
    `${name.padEnd(12)} batch ${batch.padStart(3)}  ${median(speeds).toFixed(1).padStart(7)} images/s  ` +
      `${median(ratios).toFixed(2)} of ${reference.name} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})  ` +
      `${(peakBytes / 2 ** 30).toFixed(2)} GiB`,
  );
}
