import { Command, Option } from "commander";
import { describeBackend } from "../backend/backendInfo";
import { readPackedModel } from "../deploy/packedModelFile";
import type { BenchedNetwork } from "../experiments/benchNetwork";
import { tableText } from "../figures/notebook/showTable";
import { type BenchPackedOptions, benchPacked } from "../packed/benchPacked";
import { counted } from "../util/counted";
import { ConfigError } from "../util/errors";
import { openProgress } from "../util/progressSinks";
import { startedBackend } from "./startedBackend";
import { backendOption, countingNumber, fileAt, threadCount } from "./values";

/** Training steps of a network. */
const training = (name: BenchedNetwork, what: string) => ({
  what: "training steps",
  counted: `${what} on 32x32 images, one random batch; forward, backward, update and running statistics are timed`,
  run: async (batch: number, steps: number, onStep: (speed: number) => void, start?: string) => {
    const { benchTraining } = await import("../experiments/benchNetwork.js");
    return benchTraining(name, batch, steps, onStep, start);
  },
});

const nets = {
  search: {
    what: "search steps",
    counted:
      "an image counts once in the weight step and once in the alpha step; forward, backward and updates of both are timed",
    run: async (batch: number, steps: number, onStep: (speed: number) => void, start?: string) => {
      const { benchConfig, benchSearchStep } = await import("../experiments/benchSearchStep.js");
      return benchSearchStep(benchConfig({ batchSize: batch }), steps, onStep, start);
    },
  },
  paths: {
    what: "search steps",
    counted:
      "as --net search, the same space, with one candidate an edge, one depth and one width drawn in every step (samplers path)",
    run: async (batch: number, steps: number, onStep: (speed: number) => void, start?: string) => {
      const { benchPathConfig, benchSearchStep } = await import("../experiments/benchSearchStep.js");
      return benchSearchStep(benchPathConfig({ batchSize: batch }), steps, onStep, start);
    },
  },
  binary: {
    what: "training steps",
    counted:
      "stem, six binary 3x3 convolutions of 48 channels and a dense layer on 32x32 images, in plain tfjs; forward, backward and update are timed",
    run: async (batch: number, steps: number, onStep: (speed: number) => void, _start?: string) => {
      const { benchBinaryNet } = await import("../experiments/benchBinaryNet.js");
      return benchBinaryNet(batch, steps, onStep);
    },
  },
  resnet20: training("resnet20", "binary ResNet-20 (Bi-Real, full width)"),
  derived: training("derived", "a derived network of 2.65 M BOPs"),
  evaluation: {
    what: "batches",
    counted:
      "binary ResNet-20 (Bi-Real, full width) with fixed weights and statistics; sending the batch and reading the logits are timed",
    run: async (batch: number, steps: number, onStep: (speed: number) => void, start?: string) => {
      const { benchEvaluation } = await import("../experiments/benchNetwork.js");
      return benchEvaluation(batch, steps, onStep, start);
    },
  },
} as const;

interface BenchOptions {
  readonly net: keyof typeof nets;
  readonly steps: number;
  readonly batch: number;
  readonly backend?: string;
  readonly json: boolean;
  readonly start?: string;
  readonly threads?: number | "all";
}

/** `bars bench`: speed of training on this machine, or of a packed network. */
export function benchCommand(): Command {
  return new Command("bench")
    .description(
      "images per second of the search step (16 channels, 8 cells, 4 steps, none / skip_connect / bin_conv_3x3), of training a small binary net, a binary ResNet-20 or a derived network, or of evaluating ResNet-20; with a .bars file, of the packed network",
    )
    .argument("[model]", "a .bars file: times it instead, batches of 1 and 64, by turns", fileAt)
    .addOption(new Option("--net <name>", "what is trained").choices(Object.keys(nets)).default("search"))
    .option("--steps <number>", "timed steps; with a model: turns (default: 15)", countingNumber, 5)
    .option(
      "--batch <number>",
      "images per step; with a model: images a call (default: 1 and 64)",
      countingNumber,
      64,
    )
    .option(
      "--threads <number>",
      "with a model: one number of threads alone (default: 1, and all)",
      threadCount,
    )
    .addOption(backendOption())
    .option(
      "--start <file>",
      "with --net search, paths, resnet20, derived or evaluation: where the weights and batches it starts with are written",
    )
    .option("--json", "print one line of JSON", false)
    .action(async (model: string | undefined, options: BenchOptions, command: Command) => {
      if (model !== undefined) return benchModel(model, options, command);
      if (options.net === "binary" && options.start !== undefined)
        throw new ConfigError("bars bench: --start has no effect with --net binary. Leave it out.");
      const backend = await startedBackend(options.backend);
      if (!options.json) console.log(describeBackend(backend));
      const { what, counted: counting, run } = nets[options.net];
      const progress = openProgress();
      progress.start(what, options.steps, "steps");
      let done = 0;
      const speed = await run(
        options.batch,
        options.steps,
        (now) => {
          done += 1;
          progress.update(done, { "images/s": now.toFixed(1) });
        },
        options.start,
      );
      progress.stop();
      const { describeStatistics, engineStatistics } = await import("../backend/index.js");
      if (options.json) {
        console.log(JSON.stringify({ net: options.net, ...speed, engine: engineStatistics() }));
        return;
      }
      const { imagesPerSecond, slowest, fastest, peakMemoryBytes } = speed;
      console.log(
        `${imagesPerSecond.toFixed(1)} images/s, median of ${counted(speed.steps, "step")} (${slowest.toFixed(1)} to ${fastest.toFixed(1)})`,
      );
      console.log(counting);
      if ("firstStepSeconds" in speed && typeof speed.firstStepSeconds === "number")
        console.log(`first step done ${speed.firstStepSeconds.toFixed(1)} s after the start of the process`);
      console.log(`peak memory ${(peakMemoryBytes / 2 ** 30).toFixed(1)} GiB`);
      const statistics = engineStatistics();
      if (statistics) console.log(describeStatistics(statistics));
    });
}

/** Times a packed network; what was not typed has other defaults than for training. */
async function benchModel(file: string, options: BenchOptions, command: Command): Promise<void> {
  const typed = (name: string) => command.getOptionValueSource(name) === "cli";
  for (const name of ["net", "backend", "start"])
    if (typed(name)) throw new ConfigError(`bars bench: --${name} has no effect with a model. Leave it out.`);
  const progress = openProgress();
  let started = false;
  const settings: BenchPackedOptions = {
    ...(typed("batch") ? { batches: [options.batch] } : {}),
    ...(typed("steps") ? { rounds: options.steps } : {}),
    ...(options.threads === undefined ? {} : { threads: [options.threads] }),
    onTurn(done, all) {
      if (!started) progress.start("bench", all, "turns");
      started = true;
      progress.update(done);
    },
  };
  const model = readPackedModel(file);
  const bench = await benchPacked(model, settings).finally(() => progress.stop());
  if (options.json) {
    console.log(JSON.stringify({ model: model.header.model.name, ...bench }));
    return;
  }
  console.log(`${model.header.model.name}: kernel ${bench.kernel}, WebAssembly with SIMD`);
  console.log(
    tableText(
      bench.rows.map((row) => ({
        batch: row.batch,
        threads: row.threads,
        "ms an image": Number(row.medianMs.toPrecision(4)),
        fastest: Number(row.fastestMs.toPrecision(4)),
        slowest: Number(row.slowestMs.toPrecision(4)),
        "images/s": Number(row.imagesPerSecond.toPrecision(4)),
        "times as fast": Number(row.speedup.toFixed(2)),
      })),
      "Speed on this machine",
    ),
  );
  const { all, maps, weights } = bench.memoryBytes;
  const kib = (bytes: number) => `${Math.round(bytes / 1024).toLocaleString("en-US")} KiB`;
  console.log(bench.counted);
  console.log(`memory ${kib(all)}: maps of an image ${kib(maps)}, weights and tables ${kib(weights)}`);
}
