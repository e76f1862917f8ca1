import { Command } from "commander";
import { describeBackend, startBackend } from "../backend";
import { benchConfig, benchSearchStep } from "../experiments/benchSearchStep";
import { openProgress } from "../util/progressSinks";
import { wholeNumber } from "./searchCommand";

/** `bars bench`: speed of the search step on this machine. */
export function benchCommand(): Command {
  return new Command("bench")
    .description(
      "images per second of the search step: 16 channels, 8 cells, 4 steps, none / skip_connect / bin_conv_3x3",
    )
    .option("--steps <number>", "timed steps", wholeNumber, 5)
    .option("--batch <number>", "images per step", wholeNumber, 64)
    .option("--backend <name>", "tensor engine")
    .action(async (options: { steps: number; batch: number; backend?: string }) => {
      console.log(describeBackend(await startBackend(options.backend)));
      const progress = openProgress();
      progress.start("search steps", options.steps, "steps");
      let done = 0;
      const speed = await benchSearchStep(benchConfig({ batchSize: options.batch }), options.steps, (now) => {
        done += 1;
        progress.update(done, { "images/s": now.toFixed(1) });
      });
      progress.stop();
      const { imagesPerSecond, slowest, fastest, peakMemoryBytes } = speed;
      console.log(
        `${imagesPerSecond.toFixed(1)} images/s, median of ${speed.steps} steps (${slowest.toFixed(1)} to ${fastest.toFixed(1)})`,
      );
      console.log(
        "an image counts once in the weight step and once in the alpha step; forward, backward and updates of both are timed",
      );
      console.log(`peak memory ${(peakMemoryBytes / 2 ** 30).toFixed(1)} GiB`);
    });
}
