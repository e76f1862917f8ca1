import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { GraphBuilder } from "../graphBuilder";
import type { GraphTensor } from "../graphTensor";
import type { LazyKernel, LazySpec } from "../lazyGraph";
import { channelsOf, named, spec } from "./kernelInputs";

const concatChannels: LazyKernel = {
  name: "BarsConcatChannels",
  infer(inputs) {
    const parts = Object.values(inputs);
    const total = parts.reduce((sum, part) => sum + channelsOf(part), 0);
    return [spec([...(parts[0] as TensorInfo).shape.slice(0, -1), total])];
  },
  lower: (g, inputs) => [
    g.concat(Object.values(inputs), (Object.values(inputs)[0] as GraphTensor).shape.length - 1),
  ],
};

const splitChannels: LazyKernel = {
  name: "BarsSplitChannels",
  several: true,
  infer(inputs, { sizes }) {
    const outer = (inputs["x"] as TensorInfo).shape.slice(0, -1);
    return (sizes as number[]).map((size) => spec([...outer, size]));
  },
  lower(g, inputs, { sizes }) {
    const { x } = named<"x">(inputs);
    return g.split(x, sizes as number[], x.shape.length - 1);
  },
};

const interleaveChannels: LazyKernel = {
  name: "BarsInterleaveChannels",
  infer(inputs) {
    const { shape } = inputs["a"] as TensorInfo;
    return [spec([...shape.slice(0, -1), 2 * (shape.at(-1) as number)])];
  },
  lower(g, inputs, _, [output]) {
    const { a, b } = named<"a" | "b">(inputs);
    const shape = (output as LazySpec).shape;
    if (!a.channelsFirst && !b.channelsFirst) {
      const apart = [a, b].map((x) => g.reshape(x, [...x.shape, 1]));
      return [g.reshape(g.concat(apart, a.shape.length), shape)];
    }
    const [batch, height, width, channels] = a.shape as [number, number, number, number];
    const planes = [a, b].map((x) => g.view(g.first(x), [batch, channels, 1, height * width]));
    const joined = g.concat(planes, 2);
    return [g.view(joined, [batch, 2 * channels, height, width], shape)];
  },
};

const deinterleaveChannels: LazyKernel = {
  name: "BarsDeinterleaveChannels",
  infer(inputs) {
    const { shape } = inputs["x"] as TensorInfo;
    const half = spec([...shape.slice(0, -1), (shape.at(-1) as number) / 2]);
    return [half, half];
  },
  lower(g, inputs, _, [output]) {
    const { x } = named<"x">(inputs);
    const shape = (output as LazySpec).shape;
    if (!x.channelsFirst) {
      const pairs = g.reshape(x, [...shape, 2]);
      return g.split(pairs, [1, 1], shape.length).map((part) => g.reshape(part, shape));
    }
    const [batch, height, width, channels] = shape as [number, number, number, number];
    const planes = g.view(x, [batch, channels, 2, height * width]);
    return g.split(planes, [1, 1], 2).map((part) => g.view(part, [batch, channels, height, width], shape));
  },
};

/** Channels in planes: `[batch, nodes, channels of a node, pixels]` where channels come first, else `[…, nodes, channels]`. */
function byNodes(g: GraphBuilder, x: GraphTensor, nodes: number): { planes: GraphTensor; axis: number } {
  const channels = channelsOf(x) / nodes;
  if (!x.channelsFirst) {
    const outer = x.shape.slice(0, -1);
    return { planes: g.reshape(x, [...outer, nodes, channels]), axis: outer.length + 1 };
  }
  const [batch, height, width] = x.shape as [number, number, number, number];
  return { planes: g.view(x, [batch, nodes, channels, height * width]), axis: 2 };
}

/** The image of what {@link byNodes} made planes of. */
function fromPlanes(g: GraphBuilder, planes: GraphTensor, shape: readonly number[], channelsFirst: boolean) {
  if (!channelsFirst) return g.reshape(planes, shape);
  const [batch, height, width, channels] = shape as [number, number, number, number];
  return g.view(planes, [batch, channels, height, width], shape);
}

const withChannels = ({ shape }: TensorInfo, channels: number) => [spec([...shape.slice(0, -1), channels])];

const leadingChannels: LazyKernel = {
  name: "BarsLeadingChannels",
  infer: (inputs, { nodes, kept }) =>
    withChannels(inputs["x"] as TensorInfo, (nodes as number) * (kept as number)),
  lower(g, inputs, { nodes, kept }, [output]) {
    const { x } = named<"x">(inputs);
    const { planes, axis } = byNodes(g, x, nodes as number);
    const shape = planes.shape.map((extent, i) => (i === axis ? (kept as number) : extent));
    const cut = g.slice(
      planes,
      shape.map(() => 0),
      shape,
    );
    return [fromPlanes(g, cut, (output as LazySpec).shape, x.channelsFirst)];
  },
};

const spreadChannels: LazyKernel = {
  name: "BarsSpreadChannels",
  infer: (inputs, { nodes, channels }) =>
    withChannels(inputs["x"] as TensorInfo, (nodes as number) * (channels as number)),
  lower(g, inputs, { nodes, channels }, [output]) {
    const { x } = named<"x">(inputs);
    const { planes, axis } = byNodes(g, x, nodes as number);
    const missing = (channels as number) - (planes.shape[axis] as number);
    const after = planes.shape.map((_, i) => (i === axis ? missing : 0));
    const wide = g.pad(
      planes,
      after.map(() => 0),
      after,
      g.scalar(0),
    );
    return [fromPlanes(g, wide, (output as LazySpec).shape, x.channelsFirst)];
  },
};

/** The library's fused kernels that put channels side by side, apart, or in another order. Formulas: `lib/backend/fused`. */
export const channelKernels: readonly LazyKernel[] = [
  concatChannels,
  splitChannels,
  interleaveChannels,
  deinterleaveChannels,
  leadingChannels,
  spreadChannels,
];
