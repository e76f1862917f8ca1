import { leadingChannels, oneOf, spreadChannels, tf } from "../backend";
import type { SpaceConfig } from "../config/spaceConfig";
import type { BatchStatistics } from "../layers/runningStatistics";
import { cellTensorFactor } from "../space/builtCells";
import { concatenatedAxes } from "../space/concatenatedAxes";
import type { CellPass, CellSurroundings, OperationWeights } from "./cellPass";
import { flatWeights, scalarsOf } from "./operationWeights";
import type { SupernetCell } from "./supernetCell";

/** A cell with the leading channels of another. */
export interface CellAtWidth {
  readonly cell: SupernetCell;
  /** Place of its width among the space's choices. */
  readonly choice: number;
  /** Channels of a node on either side. */
  readonly inChannels: number;
  readonly outChannels: number;
}

/**
 * A cell computed on the channels that a drawn width has, instead of on all with masks: of input, masks and parameters the
 * leading channels of every node, zeros behind those of the result. At one-hot widths it is the same value with the same
 * gradients. Batch norms say of each channel whether it was there (`seen`).
 *
 * @param widths narrow cells, ascending; the last is the whole cell.
 * @param gates `[widths]`: 1 at the narrowest that holds all channels of either side ({@link widthGates}), else 0.
 */
export function cellAtWidths(
  widths: readonly CellAtWidth[],
  space: SpaceConfig,
  gates: tf.Tensor1D,
  x: tf.Tensor4D,
  weights: OperationWeights,
  { input, output, fed }: CellSurroundings,
  pass: CellPass,
): tf.Tensor4D {
  const whole = widths.at(-1) as CellAtWidth;
  const { scalars, withScalars } = flatWeights(weights);
  const specs = whole.cell.parameters;
  const packedScalars = scalars.length > 0 ? tf.stack([...scalars]) : null;
  const given = [x, input, output, fed, packedScalars, ...specs.map(({ name }) => pass.get(name))];
  const factor = cellTensorFactor(space);
  const statistics: Statistic[] = [];
  const bodies = widths.map(({ cell, inChannels, outChannels }) => (...entered: (tf.Tensor | null)[]) => {
    const [state, inMask, outMask, share, packedOwn, ...rest] = entered as [
      tf.Tensor4D,
      tf.Tensor1D | null,
      tf.Tensor1D | null,
      tf.Scalar | null,
      tf.Tensor1D | null,
      ...tf.Tensor[],
    ];
    const own = packedOwn ? scalarsOf(packedOwn) : [];
    const parameters = new Map(
      cell.parameters.map(({ name, shape }, i) => {
        const value = rest[i] as tf.Tensor;
        return [name, leadingPart(value, shape, concatenatedAxes(name, space))];
      }),
    );
    const collected: BatchStatistics = new Map();
    const value = cell.apply(
      leadingNodes(state, factor, inChannels),
      withScalars(own),
      {
        input: inMask && leadingNodes(inMask, 1, inChannels),
        output: outMask && leadingNodes(outMask, 1, outChannels),
        fed: share,
      },
      pass.within((name) => parameters.get(name) ?? pass.get(name), collected),
    );
    const wide = outChannels === whole.outChannels ? value : spreadChannels(value, factor, whole.outChannels);
    if (collected.size === 0) return [wide];
    const found = [...collected].flatMap(([name, { mean, variance, seen }]) => {
      const { nodes, channels } = channelsOf(name, space, whole);
      const kept = mean.size / nodes;
      const flags = tf.mul(seen ?? tf.scalar(1), tf.ones([mean.size]));
      const spread = (values: tf.Tensor) =>
        kept === channels ? values : spreadChannels(values, nodes, channels);
      return [mean, variance, flags].map((values, i) => {
        if (cell === whole.cell) statistics.push({ name, part: i, size: nodes * channels });
        return spread(values);
      });
    });
    const packed = tf.concat(found);
    for (const { mean, variance, seen } of collected.values())
      tf.dispose([mean, variance, ...(seen ? [seen] : [])]);
    return [wide, packed];
  });
  const [y, packed] = oneOf(gates, given, bodies);
  if (packed) hand(statistics, packed, pass);
  return y as tf.Tensor4D;
}

interface Statistic {
  readonly name: string;
  /** 0 mean, 1 variance, 2 seen. */
  readonly part: number;
  readonly size: number;
}

/** Gives packed statistics to whom collects them. */
function hand(statistics: readonly Statistic[], packed: tf.Tensor, pass: CellPass): void {
  const values = tf.split(
    packed,
    statistics.map(({ size }) => size),
  ) as tf.Tensor1D[];
  for (let i = 0; i < statistics.length; i += 3) {
    const [mean, variance, seen] = values.slice(i, i + 3).map((value) => tf.keep(value));
    const name = (statistics[i] as Statistic).name;
    pass.collect?.set(name, {
      mean: mean as tf.Tensor1D,
      variance: variance as tf.Tensor1D,
      seen: seen as tf.Tensor1D,
    });
  }
}

/** Over how many nodes, of how many channels each, a batch norm of a cell runs. */
function channelsOf(
  name: string,
  space: SpaceConfig,
  whole: CellAtWidth,
): { nodes: number; channels: number } {
  const { inChannels, outChannels } = whole;
  const factor = cellTensorFactor(space);
  const before = space.process === "preprocess";
  if (name.endsWith(".process.input"))
    return { nodes: space.steps, channels: before ? inChannels : outChannels };
  if (name.endsWith(".process")) return { nodes: 1, channels: before ? inChannels : outChannels };
  if (name.endsWith(".shortcut.input")) return { nodes: factor, channels: inChannels };
  if (name.endsWith(".shortcut")) return { nodes: factor, channels: outChannels };
  return { nodes: 1, channels: name.endsWith(".node0") ? inChannels : outChannels };
}

function leadingNodes<T extends tf.Tensor>(x: T, nodes: number, kept: number): T {
  return x.shape.at(-1) === nodes * kept ? x : leadingChannels(x, nodes, kept);
}

/** The leading part of the last two axes of a parameter, node by node where nodes are concatenated. */
function leadingPart(value: tf.Tensor, shape: readonly number[], nodes: readonly number[]): tf.Tensor {
  if (value.shape.join() === shape.join()) return value;
  const last = value.rank - 1;
  const extents = (of: readonly number[]) =>
    (last === 0 ? [last] : [last - 1, last]).flatMap((axis) => {
      const own = nodes[axis] ?? 1;
      return [own, (of[axis] as number) / own];
    });
  const [from, to] = [extents(value.shape), extents(shape)];
  const outer = value.shape.slice(0, Math.max(0, last - 1)).reduce((product, extent) => product * extent, 1);
  const apart = tf.reshape(value, [outer * (from[0] as number), ...from.slice(1)]);
  const cut = tf.slice(
    apart,
    from.map(() => 0),
    [outer * (to[0] as number), ...to.slice(1)],
  );
  return tf.reshape(cut, [...shape]);
}

/**
 * At which of a space's widths cells are computed, by place: half of the choices, rounded down, and all. What lies between takes the
 * next larger of these, with masks for the rest: every further width makes the step's graph larger by as much again.
 *
 * @param isCheap whether the engine makes a graph's programs so fast that all from half the choices on are worth it.
 */
export function computedWidths(choices: number, isCheap: boolean): number[] {
  if (choices < 2) return [0];
  const half = Math.ceil(choices / 2) - 1;
  return isCheap ? Array.from({ length: choices - half }, (_, i) => half + i) : [half, choices - 1];
}

/**
 * Which of the widths that are computed holds the channels of both sides: 1 at the narrowest that does, `[places]`.
 *
 * @param places of the computed widths among the choices, ascending; the last is the last of them.
 * @param input, output one-hot over the choices, ascending. No gradient goes into them.
 */
export function widthGates(places: readonly number[], input: tf.Tensor, output: tf.Tensor): tf.Tensor1D {
  return tf.tidy(() => {
    const within = (distribution: tf.Tensor) => tf.cumsum(tf.reshape(distribution, [distribution.size]));
    const both = tf.mul(within(input), within(output));
    const at = tf.concat(places.map((place) => tf.slice(both, [place], [1])));
    const before = tf.concat([tf.zeros([1]), tf.slice(at, [0], [places.length - 1])]);
    return tf.sub(at, before) as tf.Tensor1D;
  });
}
