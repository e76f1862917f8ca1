// Speeds of the packed WebAssembly engine beside other ways to run a network of the same shape, by turns, so that what else the machine
// does falls on all of them. `npm run bench:packed -- [options]`
//
//   --nets resnet18,…          binary ResNets (Bi-Real blocks), or networks of stored records by their file's name: bars-12M-s0
//   --batches 1,64             images a call
//   --engines …                of wasm, wasm2 (two threads), i64, i8x16 (its other kernels), onnx, onnx2 (ONNX Runtime, plain float
//                              network of the same shape, one or two threads), tfjs (tfjs-wasm, the same float network, one thread),
//                              own (the binary network evaluated on the library's default engine)
//   --rounds 15 --window 300   turns each engine gets, and milliseconds of one
//   --layers                   times of single layers, with products a second and their share of the popcount roofline
//   --json                     one line of JSON
//
// Each engine has a process of its own. A turn's time is the shortest of its calls, an engine's the median of its turns; the best of all
// turns stands beside it. The roofline is the rate of scalar popcounts on words in registers (xor, popcount, addition, nothing loaded).
import { fork } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "../build.mjs";
import { binaryProgram, floatNetwork, modelOf } from "./packedNetworks.mjs";

const require = createRequire(import.meta.url);
const library = (file) => require(`../../lib/dist/${file}.js`);

/** What makes a call of each engine. */
const engines = {
  wasm: (net, batch) => packed(net, batch, { threads: 1 }),
  wasm2: (net, batch) => packed(net, batch, { threads: 2 }),
  i64: (net, batch) => packed(net, batch, { kernel: "i64" }),
  i8x16: (net, batch) => packed(net, batch, { kernel: "i8x16" }),
  onnx: (net, batch) => onnx(net, batch, 1),
  onnx2: (net, batch) => onnx(net, batch, 2),
  tfjs: tfjsWasm,
  own,
};

const someImages = (batch) =>
  Float32Array.from({ length: batch * 3072 }, (_, i) => ((i * 37) % 101) / 50 - 1);

async function packed(net, batch, options) {
  const { WasmEngine } = library("packed/wasm/wasmEngine");
  const engine = await WasmEngine.create(binaryProgram(net), options);
  const images = someImages(batch);
  return () => engine.run(images, batch);
}

async function onnx(net, batch, threads) {
  const { encodeOnnx } = require("../../packages/tfjs-onnxruntime/dist/onnxModel.js");
  const runtime = createRequire(require.resolve("../../packages/tfjs-onnxruntime/package.json"))(
    "onnxruntime-node",
  );
  const settings = { intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: "all" };
  const session = await runtime.InferenceSession.create(encodeOnnx(floatNetwork(net, batch)), settings);
  const images = new runtime.Tensor("float32", someImages(batch), [batch, 3, 32, 32]);
  return () => session.run({ images });
}

async function tfjsWasm(net, batch) {
  const near = createRequire(require.resolve("../../lib/package.json"));
  const tf = near("@tensorflow/tfjs-core");
  near("@tensorflow/tfjs-backend-wasm");
  await tf.setBackend("wasm");
  const weights = new Map();
  const graph = floatNetwork(net, batch);
  for (const { name, type, shape, bytes } of graph.constants) {
    if (type === "int64") {
      weights.set(name, Number(new BigInt64Array(bytes.buffer)[0]));
      continue;
    }
    const values = tf.tensor(new Float32Array(bytes.buffer), shape);
    // Kernels as tfjs has them; zeros of a map that nothing enters are none.
    const isKernel = graph.nodes.some(({ op, inputs }) => op === "Conv" && inputs[1] === name);
    weights.set(
      name,
      shape.length === 4 ? tf.transpose(values, isKernel ? [2, 3, 1, 0] : [0, 2, 3, 1]) : values,
    );
  }
  const images = tf.tensor4d(someImages(batch), [batch, 32, 32, 3]);
  return async () => {
    const logits = tf.tidy(() => runGraph(tf, graph.nodes, new Map([...weights, ["images", images]])));
    await logits.data();
    logits.dispose();
  };
}

/** The float graph in tfjs, a ReLU behind a convolution in the same kernel, as a careful user would write it. */
function runGraph(tf, nodes, values) {
  const readers = (name) => nodes.filter(({ inputs }) => inputs.includes(name));
  for (const { op, inputs, outputs, attributes } of nodes) {
    const [x, y, z] = inputs.map((name) => values.get(name));
    const [output] = outputs;
    if (values.has(output)) continue;
    switch (op) {
      case "Conv": {
        const [next] = readers(output);
        const relu = next?.op === "Relu";
        const value = tf.fused.conv2d({
          x,
          filter: y,
          bias: z,
          strides: attributes.strides.ints[0],
          dilations: attributes.dilations.ints[0],
          pad: "same",
          activation: relu ? "relu" : "linear",
        });
        values.set(output, value);
        if (relu) values.set(next.outputs[0], value);
        break;
      }
      case "Relu":
        values.set(output, tf.relu(x));
        break;
      case "Add":
        values.set(output, tf.add(x, y));
        break;
      case "AveragePool":
        values.set(
          output,
          tf.avgPool(x, attributes.kernel_shape.ints[0], attributes.strides.ints[0], "same"),
        );
        break;
      case "MaxPool":
        values.set(
          output,
          tf.maxPool(x, attributes.kernel_shape.ints[0], attributes.strides.ints[0], "same"),
        );
        break;
      case "Slice": {
        const [batch, height, width] = x.shape;
        values.set(output, tf.slice(x, [0, 0, 0, y], [batch, height, width, z - y]));
        break;
      }
      case "Concat":
        values.set(
          output,
          tf.concat(
            inputs.map((name) => values.get(name)),
            3,
          ),
        );
        break;
      case "GlobalAveragePool":
        values.set(output, tf.mean(x, [1, 2]));
        break;
      case "Flatten":
        values.set(output, x);
        break;
      case "Gemm":
        return tf.add(tf.matMul(x, y), z);
      default:
        throw new Error(`tfjs: no form of ${op}`);
    }
  }
  throw new Error("tfjs: the graph has no classifier");
}

/** The binary network as the library evaluates it: float kernels of −1 and +1 on its default engine. */
async function own(net, batch) {
  const { startBackend, tf } = library("backend/index");
  await startBackend();
  const { defaultBinarizationConfig } = library("config/binarizationConfig");
  const { randomKey } = library("random/randomKey");
  const { buildNetwork } = library("network/buildNetwork");
  const network = buildNetwork(
    modelOf(net, "bireal"),
    { binarization: defaultBinarizationConfig, auxiliaryWeight: 0 },
    randomKey(0),
  );
  const images = tf.tensor4d(someImages(batch), [batch, 32, 32, 3]);
  const collect = network.statistics.collector();
  tf.tidy(() => void network.outputs(images, { training: true, edeT: 1, collect }));
  network.statistics.update(collect);
  return async () => {
    const logits = tf.tidy(() => network.outputs(images, { training: false, edeT: 1 }).logits);
    await logits.data();
    logits.dispose();
  };
}

/** A child: makes its call ready, and times it whenever it is told to. */
async function serve(name, net, batch, windowMs) {
  const call = await engines[name](net, batch);
  for (let i = 0; i < 3; i++) await call();
  process.on("message", async () => {
    let best = Number.POSITIVE_INFINITY;
    const end = performance.now() + windowMs;
    do {
      const start = performance.now();
      await call();
      best = Math.min(best, performance.now() - start);
    } while (performance.now() < end);
    process.send({ best });
  });
  process.send({ ready: true });
}

/** What a child says next. */
const answer = (child) =>
  new Promise((done, fail) => {
    const ended = (code) => fail(new Error(`a measuring process ended with code ${code}`));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      done(message);
    });
  });

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

async function compare(net, batch, names, rounds, windowMs) {
  const children = [];
  for (const name of names) {
    const child = fork(fileURLToPath(import.meta.url), [
      "--child",
      name,
      net,
      String(batch),
      String(windowMs),
    ]);
    children.push({ name, child, times: [] });
    await answer(child);
  }
  for (let round = 0; round < rounds; round++) {
    for (const { child, times } of children) {
      child.send("go");
      times.push((await answer(child)).best / batch);
    }
  }
  for (const { child } of children) child.kill();
  const [first] = children;
  return children.map(({ name, times }) => ({
    name,
    medianMs: median(times),
    bestMs: Math.min(...times),
    // Of the same round, then the median: what else went on fell on both.
    ratio: median(times.map((time, i) => time / first.times[i])),
  }));
}

async function layers(net) {
  const { WasmEngine } = library("packed/wasm/wasmEngine");
  const { kernelRates } = library("packed/wasm/kernelRates");
  const rates = await kernelRates(100);
  const engine = await WasmEngine.create(binaryProgram(net));
  await engine.run(someImages(1), 1);
  for (let i = 0; i < 50; i++) await engine.run(someImages(1), 1);
  const steps = engine.profile(400).map(({ name, step, bestMs, medianMs, bops, flops }) => ({
    layer: name,
    step,
    "best µs": +(1000 * bestMs).toFixed(1),
    "median µs": +(1000 * medianMs).toFixed(1),
    "10⁹ products/s": +((bops + flops) / bestMs / 1e6).toFixed(1),
    "% of popcount roofline":
      bops > 0 ? Math.round((100 * bops * 1000) / bestMs / rates.popcountRoofline) : "",
  }));
  engine.dispose();
  return { net, kernel: engine.kernel, relaxedSimd: engine.relaxedSimd, rates, steps };
}

async function main() {
  const list = (text) => text.split(",");
  const { values } = parseArgs({
    options: {
      nets: { type: "string", default: "resnet18,resnet20,bars-12M-s0,bars-6M-c24-s0" },
      batches: { type: "string", default: "1,64" },
      engines: { type: "string", default: "wasm,wasm2,onnx,onnx2,tfjs,own" },
      rounds: { type: "string", default: "15" },
      window: { type: "string", default: "300" },
      layers: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  build();
  const results = [];
  for (const net of list(values.nets)) {
    if (values.layers) {
      const result = await layers(net);
      results.push(result);
      if (!values.json) {
        console.log(net, result.kernel, result.rates);
        console.table(result.steps);
      }
      continue;
    }
    for (const batch of list(values.batches).map(Number)) {
      const rows = await compare(
        net,
        batch,
        list(values.engines),
        Number(values.rounds),
        Number(values.window),
      );
      results.push({ net, batch, rows });
      if (values.json) continue;
      console.log(`${net}, batch ${batch}: milliseconds an image, and times as long as ${rows[0].name}`);
      for (const { name, medianMs, bestMs, ratio } of rows)
        console.log(
          `  ${name.padEnd(6)} median ${medianMs.toFixed(3).padStart(9)}  best ${bestMs.toFixed(3).padStart(9)}  x${ratio.toFixed(2)}`,
        );
    }
  }
  if (values.json) console.log(JSON.stringify(results));
}

const [flag, name, net, batch, windowMs] = process.argv.slice(2);
if (flag === "--child") await serve(name, net, Number(batch), Number(windowMs));
else await main();
