// The network of the headline: the winner of a race, as wide as the limits of the protocol allow.
import { bars, lib } from "./library.mjs";
import { headline } from "./protocol.mjs";

const { sumCosts } = lib("cost/layerCost.js");

/** What a network of the headline may cost. */
export function headlineLimits() {
  const { bops, flops } = sumCosts(
    bars.cost.baselineLayers(bars.networks.trainTarget(headline.handMade).model),
  );
  return { bops: headline.share.bops * bops, flops: headline.share.flops * flops };
}

/** The same architecture with a batch norm and a ReLU before its head. */
export function activated({ space, ...choice }) {
  return bars.space.genotype(bars.space.spaceConfig({ ...space, ...headline.activated.space }), choice);
}

/**
 * The same cells, depths and widths in a space of more channels: the most of which every width of the network is whole, with at most
 * `share` of what the hand-made network costs.
 *
 * @param limits `{ bops, flops }` a network may have.
 */
export function widened(genotype, limits) {
  const { space, ...choice } = genotype;
  // Widths that the network does not use need not be whole.
  const widthChoices = space.widthChoices.filter((width) => width === 1 || choice.width.includes(width));
  const at = (initChannels) =>
    bars.space.genotype(bars.space.spaceConfig({ ...space, widthChoices, initChannels }), choice);
  const isWhole = (channels) => widthChoices.every((width) => Number.isInteger(channels * width));
  const fits = ({ bops, flops }) => bops <= limits.bops && flops <= limits.flops;
  let widest = null;
  for (let channels = space.initChannels; fits(bars.cost.totalCost(at(channels))); ) {
    widest = at(channels);
    do channels += 1;
    while (!isWhole(channels));
  }
  if (widest === null)
    throw new Error("the winner costs more than the headline allows as it is; choose another race.");
  return widest;
}
