import { Command, Option } from "commander";
import { defaultBinarizationConfig } from "../config/binarizationConfig";
import { measuredCost } from "../cost/budgetReach";
import { ops } from "../cost/cost";
import { totalCost } from "../cost/costTable";
import {
  type TransferTargetName,
  transferGenotype,
  transferTargets,
  transferText,
} from "../derive/transferGenotype";
import { trainTarget } from "../experiments/trainTarget";
import { genotypeJson } from "../space/genotypeJson";
import { writeFileAtomic } from "../util/atomicFile";
import { ConfigError } from "../util/errors";
import { siAmount } from "../util/siAmount";
import { countingNumber, positive } from "./values";

interface Options {
  readonly to: TransferTargetName;
  readonly bops?: number;
  readonly classes?: number;
  readonly imageSize?: number;
  readonly out: string;
}

/** `bars transfer`: a found cell in a network for larger images. */
export function transferCommand(): Command {
  return new Command("transfer")
    .description(
      "put the cells of a genotype into a network for larger images, as wide as a budget of 1-bit operations allows",
    )
    .argument("<network>", "genotype file, or folder, record or checkpoint with one")
    .addOption(
      new Option("--to <name>", "what for").choices(Object.keys(transferTargets)).default("imagenet"),
    )
    .option(
      "--bops <number>",
      "most 1-bit multiply-accumulates an image (default: those of binary ResNet-18, 1.676e9)",
      positive,
    )
    .option("--classes <number>", "classes told apart (default: the target's, 1000)", countingNumber)
    .option(
      "--image-size <pixels>",
      "height and width of the images (default: the target's, 224)",
      countingNumber,
    )
    .option("--out <file>", "where the genotype is written", "genotype-imagenet.json")
    .action((network: string, options: Options) => {
      const { model, binarization } = trainTarget(network);
      if (model.kind !== "genotype")
        throw new ConfigError(
          `bars transfer: ${network} must be a network with cells, got the hand-made ${model.name}. Its form for ImageNet has a name of its own, e.g. resnet18_imagenet-bireal.`,
        );
      const style = binarization ?? defaultBinarizationConfig;
      const named = transferTargets[options.to];
      const target = {
        ...named,
        bops: options.bops ?? named.bops,
        classes: options.classes ?? named.classes,
        imageSize: options.imageSize ?? named.imageSize,
      };
      const found = transferGenotype(model.genotype, target, style);
      writeFileAtomic(options.out, genotypeJson(found));
      const cost = totalCost(found, style);
      console.log(transferText(model.genotype, found, target, measuredCost(found, "bops", style)));
      console.log(
        `${siAmount(cost.flops)} real operations, ${siAmount(ops(cost))} OPs (FLOPs + BOPs / 64), ${siAmount(cost.bits / 8)}B of parameters.`,
      );
      console.log(options.out);
    });
}
