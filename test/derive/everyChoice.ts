import type { SpaceConfig } from "../../lib/config/spaceConfig";
import { edgesOf } from "../../lib/space/edges";
import type { GenotypeChoice, GenotypeEdge } from "../../lib/space/genotype";
import { groupCount, stagesOf } from "../../lib/space/stages";
import { widthCount } from "../../lib/space/widthSlots";

/** One element of each list, in every combination. */
export function product<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((head) => list.map((item) => [...head, item])), [[]]);
}

/** Every choice of a space: one operation an edge, or any subset of the operations. */
export function everyChoice(space: SpaceConfig, subsets: boolean): GenotypeChoice[] {
  const names = space.primitives.filter((name): name is GenotypeEdge["primitive"] => name !== "none");
  const held: GenotypeEdge["primitive"][][] = subsets
    ? product(names.map((name) => [[], [name]] as GenotypeEdge["primitive"][][])).map((parts) => parts.flat())
    : [...names.map((name) => [name]), ...(space.primitives.includes("none") ? [[]] : [])];
  const edges = edgesOf(space.steps);
  const cell = product(edges.map(() => held)).map((own) =>
    own.flatMap((primitives, e) =>
      primitives.map((primitive) => ({ ...(edges[e] as (typeof edges)[0]), primitive })),
    ),
  );
  const cells = product(Array.from({ length: groupCount(space) }, () => cell));
  const depths = product(
    stagesOf(space).map(({ cells: own }) =>
      space.searchDepth ? Array.from({ length: own.length + 1 }, (_, d) => d) : [own.length],
    ),
  );
  const widths = product(Array.from({ length: widthCount(space) }, () => space.widthChoices));
  return cells.flatMap((own) =>
    depths.flatMap((depth) => widths.map((width) => ({ cells: own, depth, width }))),
  );
}
