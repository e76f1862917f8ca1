import { type BinarizationConfig, defaultBinarizationConfig } from "../config/binarizationConfig";
import { type SpaceConfig, type StemName, spaceConfig } from "../config/spaceConfig";
import { measuredCost } from "../cost/budgetReach";
import { traitsOf } from "../primitives/primitives";
import { builtCells } from "../space/builtCells";
import { type Genotype, type GenotypeEdge, genotype } from "../space/genotype";
import { cellsOf, stagesOf } from "../space/stages";
import { ConfigError } from "../util/errors";
import { siAmount } from "../util/siAmount";

/** What an architecture is transferred to. */
export interface TransferTarget {
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly classes: number;
  readonly stem: StemName;
  readonly stages: number;
  /** Most 1-bit multiply-accumulates for one image. */
  readonly bops: number;
}

/** Targets by name. */
export const transferTargets = {
  /** Four stages of 56 to 7 pixels; the 1-bit operations of binary ResNet-18. */
  imagenet: {
    imageSize: 224,
    imageChannels: 3,
    classes: 1000,
    stem: "imagenet_7x7",
    stages: 4,
    bops: 1_676_279_808,
  },
} as const satisfies Record<string, TransferTarget>;
export type TransferTargetName = keyof typeof transferTargets;

/** Channels are multiples of this, so that packed words and fast kernels are filled. */
const channelStep = 8;

/**
 * An architecture for other images, with the cells of one that was found: DARTS' way from CIFAR to ImageNet.
 *
 * The rule. Cells keep their edges, steps and arithmetic. Each of the target's stages gets as many normal cells as the
 * source keeps in a stage on average, rounded, at least one; where the source's stages differ in their cells, stage `t` of
 * `T` takes those of the source's stage `round(t (S − 1) / (T − 1))`. All widths are 1. `initChannels` is then the largest
 * multiple of 8 (and of the groups of grouped convolutions) whose network has at most `bops` 1-bit operations.
 *
 * @throws ConfigError if even the narrowest such network has more, or none has any.
 */
export function transferGenotype(
  source: Genotype,
  target: TransferTarget,
  binarization: BinarizationConfig = defaultBinarizationConfig,
): Genotype {
  const { cells, cellLayout, reductionGroups } = layoutFor(source, target.stages);
  const space = (initChannels: number): SpaceConfig => {
    const { imageSize, imageChannels, classes, stem } = target;
    return spaceConfig(
      {
        ...source.space,
        imageSize,
        imageChannels,
        classes,
        stem,
        cellLayout,
        reductionGroups,
        initChannels,
        searchDepth: false,
        widthPer: "stage",
        widthChoices: [1],
      },
      "transferGenotype: space",
    );
  };
  const grouped = source.space.primitives.some((name) => traitsOf(name).grouped);
  const step = grouped ? leastCommonMultiple(channelStep, source.space.convGroups) : channelStep;
  const at = (steps: number) => genotype(space(steps * step), { cells }, "transferGenotype");
  const bopsAt = (steps: number) => measuredCost(at(steps), "bops", binarization);
  const fewest = bopsAt(1);
  if (fewest === 0) {
    throw new ConfigError(
      `transferGenotype: the cells must have a binary layer, because 1-bit operations set the channels, got none (processKind ${source.space.processKind}, cellShortcut ${source.space.cellShortcut}, and no binary convolution on an edge). Transfer cells with a binary convolution.`,
    );
  }
  if (fewest > target.bops) {
    throw new ConfigError(
      `transferGenotype: bops must be at least ${fewest} for these cells in ${target.stages} stages (${step} channels, the fewest), got ${target.bops}. Allow more (--bops), or transfer cells with fewer convolutions.`,
    );
  }
  let [fits, exceeds] = [1, 2];
  while (bopsAt(exceeds) <= target.bops && exceeds < 2 ** 12) [fits, exceeds] = [exceeds, 2 * exceeds];
  while (exceeds - fits > 1) {
    const middle = (fits + exceeds) >> 1;
    if (bopsAt(middle) <= target.bops) fits = middle;
    else exceeds = middle;
  }
  return at(fits);
}

interface NewLayout {
  readonly cells: readonly (readonly GenotypeEdge[])[];
  readonly cellLayout: readonly number[];
  readonly reductionGroups: readonly number[];
}

function layoutFor(source: Genotype, stages: number): NewLayout {
  const built = builtCells(source);
  const sourceStages = stagesOf(source.space).length;
  const normal = built.filter(({ reduction }) => !reduction);
  const each = Math.max(1, Math.round(normal.length / sourceStages));
  const cells: (readonly GenotypeEdge[])[] = [];
  const known = new Map<string, number>();
  const groupOf = (group: number, reduction: boolean): number => {
    const key = `${group} ${reduction}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, cells.length);
    cells.push(source.cells[group] ?? []);
    return cells.length - 1;
  };
  const all = cellsOf(source.space);
  /** The group of the cell of this kind whose stage is nearest; of any kind where there is none. */
  const nearest = (stage: number, reduction: boolean): number => {
    const kept: readonly { readonly group: number; readonly stage: number; readonly reduction: boolean }[] =
      built.length > 0 ? built : all;
    const kind = kept.filter((cell) => cell.reduction === reduction);
    const among = kind.length > 0 ? kind : kept;
    const sorted = [...among].sort((a, b) => Math.abs(a.stage - stage) - Math.abs(b.stage - stage));
    return (sorted[0] as { group: number }).group;
  };
  const cellLayout: number[] = [];
  const reductions = new Set<number>();
  for (let t = 0; t < stages; t++) {
    const stage = stages === 1 ? 0 : Math.round((t * (sourceStages - 1)) / (stages - 1));
    if (t > 0) {
      const group = groupOf(nearest(stage, true), true);
      reductions.add(group);
      cellLayout.push(group);
    }
    const group = groupOf(nearest(stage, false), false);
    for (let i = 0; i < each; i++) cellLayout.push(group);
  }
  return { cells, cellLayout, reductionGroups: [...reductions] };
}

function leastCommonMultiple(a: number, b: number): number {
  const divisor = (x: number, y: number): number => (y === 0 ? x : divisor(y, x % y));
  return (a * b) / divisor(a, b);
}

/** In a sentence: what was kept and what was chosen. */
export function transferText(
  source: Genotype,
  found: Genotype,
  target: TransferTarget,
  bops: number,
): string {
  const { cellLayout, initChannels, imageSize } = found.space;
  return (
    `${source.cells.length === 1 ? "The cell" : `${source.cells.length} cells`} kept; ${cellLayout.length} cells in ${target.stages} stages on images of ${imageSize} pixels, ` +
    `${initChannels} channels in the first: ${siAmount(bops)} of at most ${siAmount(target.bops)} 1-bit operations an image (one multiply-accumulate is one).`
  );
}
