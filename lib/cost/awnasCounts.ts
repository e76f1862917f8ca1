import type { BlockStyle } from "../primitives/blockStyle";
import { stemChannels } from "../space/builtCells";
import type { Genotype } from "../space/genotype";
import type { LayerCost } from "./cost";
import { inConvention } from "./costConvention";
import { costTable } from "./costTable";
import { sumCosts } from "./layerCost";
import { extraStemCost } from "./stemAndHeadCost";

/** The numbers aw_nas reports for a derived network, counted as it counts them. */
export interface AwnasCounts {
  /** Real convolutions and linear layers, two operations a multiply-accumulate. */
  readonly flops: number;
  /** Binary convolutions, two operations a multiply-accumulate. */
  readonly biFlops: number;
  /** Parameters of real convolutions and of the classifier with its bias. */
  readonly realConvLinearParams: number;
  readonly binaryParams: number;
  /** The two above and the scale and shift of every batch norm. */
  readonly allParams: number;
}

/** Binary blocks as aw_nas's search builds them. */
const awnasBlockStyle: BlockStyle = Object.freeze({
  blockOrder: "bn_conv_relu",
  weight: "scale_tensor",
  nonlinearity: "relu",
  rsign: false,
});

/**
 * Counts a derived network as aw_nas does, so that numbers can be compared with its logs.
 *
 * Two habits differ from {@link totalCost}: operations are doubled, and the extra stem (ReLU, 1x1 convolution,
 * batch norm) is always built, so its parameters count even in postprocess mode, where nothing reads it (its
 * operations do not count there: they are never run).
 */
export function awnasCounts(genotype: Genotype): AwnasCounts {
  const { space } = genotype;
  const rows = costTable(genotype, awnasBlockStyle);
  const unused = space.process === "postprocess" ? extraStemCost(space, stemChannels(genotype)) : [];
  const operations = inConvention(sumCosts(rows), "awnas");
  const params = sumCosts([...rows, ...unused]);
  const isWeights = ({ layer }: LayerCost) => layer === "conv" || layer === "linear";
  return {
    flops: operations.flops,
    biFlops: operations.bops,
    realConvLinearParams: sumCosts([...rows, ...unused].filter(isWeights)).realParams,
    binaryParams: params.binaryParams,
    allParams: params.realParams + params.binaryParams,
  };
}
