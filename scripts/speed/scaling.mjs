// node scripts/speed/scaling.mjs: what a pair of search steps costs as channels, cells and images a batch grow, one at a time.
//
// usage: node scripts/speed/scaling.mjs [--steps 3] [--rounds 2] [--threads 1] [--json]
//
// From 16 channels, 6 cells of 4 steps and batches of 32 one of the three goes through its values, rounds by turns, one process a
// measurement. Prints processor time of a pair of steps (weights and alphas; medians of the steps, then the least of the
// rounds), and the exponent e of time ~ size^e between the ends: 1 is linear. Convolutions between all channels are quadratic.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = fileURLToPath(import.meta.url);
const root = join(dirname(here), "..", "..");
const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "3" },
    rounds: { type: "string", default: "2" },
    threads: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    point: { type: "string" },
  },
});

const base = { channels: 16, cells: 6, batch: 32 };
const axes = { channels: [16, 32, 64], cells: [3, 6, 12], batch: [16, 32, 64] };
/** Cells in three stages of equal length, each of the later two opened by a reduction. */
const layoutOf = (cells) => Array.from({ length: cells }, (_, i) => (i > 0 && i % (cells / 3) === 0 ? 1 : 0));

async function measure({ channels, cells, batch }) {
  const bars = createRequire(import.meta.url)(join(root, "lib/dist/index.js"));
  await bars.startBackend();
  const space = { initChannels: channels, cellLayout: layoutOf(cells) };
  const config = bars.engine.benchConfig({ space, batchSize: batch });
  const { processorSeconds, peakMemoryBytes } = await bars.engine.benchSearchStep(
    config,
    Number(values.steps),
  );
  console.log(JSON.stringify({ processorSeconds, peakMemoryBytes }));
}

function measured(point) {
  const args = [here, "--point", JSON.stringify(point), "--steps", values.steps];
  const env = { ...process.env, BARS_ONNX_THREADS: values.threads };
  return JSON.parse(
    execFileSync(process.execPath, args, { env, encoding: "utf8" }).trim().split("\n").at(-1),
  );
}

if (values.point !== undefined) await measure(JSON.parse(values.point));
else {
  const points = Object.entries(axes).flatMap(([axis, sizes]) =>
    sizes.map((size) => ({ axis, size, point: { ...base, [axis]: size } })),
  );
  const found = new Map();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const { point } of points) {
      const name = JSON.stringify(point);
      found.set(name, [...(found.get(name) ?? []), measured(point)]);
    }
  }
  const rows = points.map(({ axis, size, point }) => {
    const all = found.get(JSON.stringify(point));
    const least = (name) => Math.min(...all.map((one) => one[name]));
    return { axis, size, seconds: least("processorSeconds"), gib: least("peakMemoryBytes") / 2 ** 30 };
  });
  if (values.json) console.log(JSON.stringify(rows));
  else {
    console.log("| what grows | size | processor time of a pair of steps, s | peak memory, GiB | exponent |");
    console.log("| --- | --- | --- | --- | --- |");
    for (const { axis, size, seconds, gib } of rows) {
      const [first, last] = [
        rows.find((row) => row.axis === axis),
        rows.findLast((row) => row.axis === axis),
      ];
      const exponent =
        size === last.size
          ? (Math.log(last.seconds / first.seconds) / Math.log(last.size / first.size)).toFixed(2)
          : "";
      console.log(`| ${axis} | ${size} | ${seconds.toFixed(2)} | ${gib.toFixed(1)} | ${exponent} |`);
    }
  }
}
