// The arm of uniform draws: pruned, costed, then accepted or not.
import { join } from "node:path";
import { write } from "./files.mjs";
import { bars, lib } from "./library.mjs";
import { draws } from "./protocol.mjs";

const { withoutUnfed } = lib("derive/unfed.js");

/** A genotype without operations that nothing feeds. */
export function pruned(genotype) {
  return bars.space.genotype(genotype.space, {
    cells: genotype.cells.map(withoutUnfed),
    depth: genotype.depth,
    width: genotype.width,
  });
}

/** Operations of a network for one image, in the measure of a band. */
export function costIn(genotype, measure) {
  const cost = bars.cost.totalCost(genotype);
  return measure === "ops" ? bars.cost.ops(cost) : cost[measure];
}

/** The first distinct pruned networks inside a band, in the order in which they are drawn. */
export function drawnInside(band) {
  const own = bars.space.spaceConfig(band.space);
  const key = bars.fold(bars.randomKey(draws.key), draws.label);
  const found = new Map();
  for (let i = 0; found.size < draws.count; i++) {
    const genotype = pruned(bars.space.randomGenotype(own, bars.fold(key, i)));
    const cost = costIn(genotype, band.measure);
    if (cost < band.low || cost > band.high) continue;
    const hash = bars.space.genotypeHash(bars.space.canonicalGenotype(genotype));
    if (!found.has(hash)) found.set(hash, genotype);
  }
  return [...found.values()];
}

/** Writes the draws of a band as genotype files, those of an earlier version anew. @returns their paths. */
export function writeDraws(band, folder) {
  return drawnInside(band).map((genotype, i) => {
    const path = join(folder, `draw-${String(i).padStart(2, "0")}.json`);
    write(path, bars.space.genotypeJson(genotype));
    return path;
  });
}
