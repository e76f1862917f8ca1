import { Command, Option } from "commander";
import { describeBackend } from "../backend/backendInfo";
import { counted } from "../util/counted";
import { openProgress } from "../util/progressSinks";
import { startedBackend } from "./startedBackend";
import { backendOption, countingNumber } from "./values";

const nets = {
  search: {
    what: "search steps",
    counted:
      "an image counts once in the weight step and once in the alpha step; forward, backward and updates of both are timed",
    run: async (batch: number, steps: number, onStep: (speed: number) => void, _start?: string) => {
      const { benchConfig, benchSearchStep } = await import("../experiments/benchSearchStep.js");
      return benchSearchStep(benchConfig({ batchSize: batch }), steps, onStep);
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
  resnet20: {
    what: "training steps",
    counted:
      "binary ResNet-20 (Bi-Real, full width) on 32x32 images, one random batch; forward, backward, update and running statistics are timed",
    run: async (batch: number, steps: number, onStep: (speed: number) => void, start?: string) => {
      const { benchTraining } = await import("../experiments/benchNetwork.js");
      return benchTraining(batch, steps, onStep, start);
    },
  },
  evaluation: {
    what: "batches",
    counted:
      "binary ResNet-20 (Bi-Real, full width) with fixed weights and statistics; sending the batch and reading the logits are timed",
    run: async (batch: number, steps: number, onStep: (speed: number) => void, _start?: string) => {
      const { benchEvaluation } = await import("../experiments/benchNetwork.js");
      return benchEvaluation(batch, steps, onStep);
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
}

/** `bars bench`: speed of training on this machine. */
export function benchCommand(): Command {
  return new Command("bench")
    .description(
      "images per second of the search step (16 channels, 8 cells, 4 steps, none / skip_connect / bin_conv_3x3), of training a small binary net or a binary ResNet-20, or of evaluating that",
    )
    .addOption(new Option("--net <name>", "what is trained").choices(Object.keys(nets)).default("search"))
    .option("--steps <number>", "timed steps", countingNumber, 5)
    .option("--batch <number>", "images per step", countingNumber, 64)
    .addOption(backendOption())
    .option(
      "--start <file>",
      "with --net resnet20: where the weights and the batch it starts with are written",
    )
    .option("--json", "print one line of JSON", false)
    .action(async (options: BenchOptions) => {
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
      console.log(`peak memory ${(peakMemoryBytes / 2 ** 30).toFixed(1)} GiB`);
      const statistics = engineStatistics();
      if (statistics) console.log(describeStatistics(statistics));
    });
}
