import type { BinaryConvolution, Program } from "../../packed/program";
import { wordsPerGroup } from "../../packed/program";
import { fold, integers, type RandomKey } from "../../random/randomKey";

/** One binary weight: of a step of the program, in its order `[outChannels, kernel, kernel, members of the group]`. */
export interface Weight {
  readonly step: number;
  readonly filter: number;
  readonly row: number;
  readonly column: number;
  /** Member of the group of input channels that the filter reads. */
  readonly member: number;
}

/** A layer whose weights are bits. */
export interface BinaryLayer {
  readonly step: number;
  readonly conv: BinaryConvolution;
  /** Input channels a filter reads. */
  readonly members: number;
  readonly weights: number;
}

export function binaryLayers({ steps, slots }: Program): BinaryLayer[] {
  return steps.flatMap((conv, step) => {
    if (conv.step !== "binary_conv") return [];
    const members = (slots[conv.input]?.channels ?? 0) / conv.groups;
    return [{ step, conv, members, weights: conv.outChannels * conv.kernel ** 2 * members }];
  });
}

/** The channel of the layer's input that a filter reads as a member of its group. */
export function channelOf({ conv }: BinaryLayer, filter: number, member: number): number {
  return member * conv.groups + (Math.floor(filter / conv.phases) % conv.groups);
}

/** Word and bit of a weight. */
function placeOf({ conv, members }: BinaryLayer, { filter, row, column, member }: Weight): [number, number] {
  const words = wordsPerGroup(members * conv.groups, conv.groups);
  const tap = (filter * conv.kernel + row) * conv.kernel + column;
  return [tap * words + (member >>> 5), member & 31];
}

/** −1 or +1. */
export function signOf(layer: BinaryLayer, weight: Weight): 1 | -1 {
  const [word, bit] = placeOf(layer, weight);
  return ((layer.conv.weights[word] as number) >>> bit) & 1 ? -1 : 1;
}

/** The program with some weights of the other sign; a weight named twice is as it was. The given one stays as it is. */
export function flipped(program: Program, flips: readonly Weight[]): Program {
  if (flips.length === 0) return program;
  const steps = [...program.steps];
  for (const layer of binaryLayers(program)) {
    const own = flips.filter(({ step }) => step === layer.step);
    if (own.length === 0) continue;
    const weights = layer.conv.weights.slice();
    for (const weight of own) {
      const [word, bit] = placeOf(layer, weight);
      weights[word] = (weights[word] as number) ^ (1 << bit);
    }
    steps[layer.step] = { ...layer.conv, weights };
  }
  return { ...program, steps };
}

/** Every weight of a filter. */
export function filterWeights({ step, conv, members }: BinaryLayer, filter: number): Weight[] {
  return Array.from({ length: conv.kernel ** 2 * members }, (_, i) => ({
    step,
    filter,
    row: Math.floor(i / members / conv.kernel),
    column: Math.floor(i / members) % conv.kernel,
    member: i % members,
  }));
}

/** Some weights of a layer, each once. */
export function drawnWeights(layer: BinaryLayer, count: number, key: RandomKey): Weight[] {
  const places = new Set<number>();
  for (let round = 0; places.size < Math.min(count, layer.weights); round++)
    for (const place of integers(fold(key, round), count, layer.weights))
      if (places.size < count) places.add(place);
  const perFilter = layer.conv.kernel ** 2 * layer.members;
  return [...places].map(
    (place) => filterWeights(layer, Math.floor(place / perFilter))[place % perFilter] as Weight,
  );
}

/** Weights that are not as they were trained: those named an odd number of times. */
export function standing(flips: readonly Weight[]): Weight[] {
  const kept = new Map<string, Weight>();
  for (const weight of flips) {
    const name = [weight.step, weight.filter, weight.row, weight.column, weight.member].join();
    if (!kept.delete(name)) kept.set(name, weight);
  }
  return [...kept.values()];
}
