import { alphaShapes } from "../space/alphaShapes";
import type { Alphas } from "../space/alphas";
import { edgesOf } from "../space/edges";
import type { Genotype } from "../space/genotype";
import { DeriveError } from "../util/errors";

/**
 * Alphas that are all but decided for a genotype with at most one operation an edge: `logit` at its choices, 0
 * elsewhere. Rule "argmax" derives the genotype from them, for every logit above 0.
 *
 * @throws DeriveError for an edge with several operations, or an empty edge in a space without `none`.
 */
export function oneHotAlphas(genotype: Genotype, logit: number): Alphas {
  const { space } = genotype;
  const shapes = alphaShapes(space);
  const row = (length: number, hot: number) => Array.from({ length }, (_, i) => (i === hot ? logit : 0));
  const cells = genotype.cells.map((own, group) =>
    edgesOf(space.steps).map(({ to, from }) => {
      const [first, ...others] = own.filter((edge) => edge.to === to && edge.from === from);
      const place = `oneHotAlphas: cell group ${group}, edge${to}-${from}`;
      if (others.length > 0) {
        throw new DeriveError(`${place}: expected one operation at most, got ${others.length + 1}.`);
      }
      const primitive = first?.primitive ?? "none";
      if (!space.primitives.includes(primitive)) {
        throw new DeriveError(
          `${place}: expected an operation, because the space has no none, got an empty edge.`,
        );
      }
      return row(shapes.primitives, space.primitives.indexOf(primitive));
    }),
  );
  return {
    cells,
    depth: shapes.depth.map((length, stage) => row(length, genotype.depth[stage] as number)),
    width: shapes.width.map((length, stage) =>
      row(length, space.widthChoices.indexOf(genotype.width[stage] as number)),
    ),
  };
}
