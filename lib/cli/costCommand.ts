import { Command, Option } from "commander";
import { defaultBinarizationConfig } from "../config/binarizationConfig";
import { baselineLayers } from "../cost/baselineSpecs";
import { type LayerCost, ops } from "../cost/cost";
import { type CostConvention, conventionText, costConventions, inConvention } from "../cost/costConvention";
import { layerReport } from "../cost/costReport";
import { costTable } from "../cost/costTable";
import { sumCosts } from "../cost/layerCost";
import { trainTarget } from "../experiments/trainTarget";
import { latencyAbout, latencyFlag, latencyLines, latencyOf } from "./latencyCommand";

interface CostOptions {
  readonly json?: boolean;
  readonly parts?: boolean;
  readonly convention: CostConvention;
}

/** `bars cost`: the cost of every layer of a network. */
export function costCommand(): Command {
  return new Command("cost")
    .description("cost of a network for one image, layer by layer and in total, convention stated")
    .argument(
      "<network>",
      "genotype file; folder, record or checkpoint of a search, an evolution, a race or a training; or a name such as resnet20-bireal-x0.5",
    )
    .option("--parts", "a line for stem, each cell and head instead of one for each layer")
    .addOption(
      new Option("--convention <name>", "mac: a multiply-accumulate is one operation; awnas: two")
        .choices(costConventions)
        .default("mac"),
    )
    .option(latencyFlag, latencyAbout, latencyOf)
    .option("--json", "print totals and layers as JSON")
    .action((network: string, { json, parts, convention }: CostOptions) => {
      const { name, layers } = layersOf(network);
      if (!json) {
        const detail = parts ? "parts" : "layers";
        console.log(layerReport(layers, { title: name, detail, convention }).text);
        for (const line of latencyLines(sumCosts(layers).latencyMs)) console.log(line);
        return;
      }
      const total = inConvention(sumCosts(layers), convention);
      const report = {
        network: name,
        convention: conventionText[convention],
        total: { ...total, ops: ops(total) },
        layers: layers.map((layer) => inConvention(layer, convention)),
      };
      console.log(JSON.stringify(report, null, 1));
    });
}

function layersOf(network: string): { readonly name: string; readonly layers: readonly LayerCost[] } {
  const { model, binarization } = trainTarget(network);
  const layers =
    model.kind === "baseline"
      ? baselineLayers(model)
      : costTable(model.genotype, binarization ?? defaultBinarizationConfig);
  return { name: model.name, layers };
}
