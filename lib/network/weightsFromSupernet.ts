import type { ParameterSpec } from "../layers/operation";
import { concatenatedAxes } from "../space/concatenatedAxes";
import type { Genotype } from "../space/genotype";
import { RecordError } from "../util/errors";
import type { StoredTensor } from "../util/tensorFile";

/**
 * The weights a genotype's network has inside a supernet: of every tensor the leading channels, node by node where
 * nodes are concatenated. Scales and shifts of batch norms that the supernet does not have are 1 and 0. With them the
 * network computes what the supernet computes at the genotype's one-hot alphas; batch norms still need statistics
 * (`recalibrate`).
 *
 * @param specs the network's parameters (`network.parameters.specs()`); those of an auxiliary head are left out.
 * @param weights the supernet's tensors by name, `supernet.parameters.stored()`, or the section `weights/` of a
 * search's checkpoint.
 * @returns tensors by the network's names, for `parameters.restore` together with the start values of what is left
 * out.
 * @throws RecordError if the supernet lacks a tensor, or has a smaller one: it is of another space, or its search
 * used partial channels.
 */
export function weightsFromSupernet(
  genotype: Genotype,
  specs: readonly ParameterSpec[],
  weights: ReadonlyMap<string, StoredTensor>,
  place = "weightsFromSupernet",
): Map<string, StoredTensor> {
  const found = new Map<string, StoredTensor>();
  for (const spec of specs) {
    if (spec.name.startsWith("auxiliary.")) continue;
    const source = weights.get(supernetName(spec.name));
    const ownNorm = /\.(scale|offset)$/.test(spec.name);
    if (!source && ownNorm && spec.name.startsWith("cell")) {
      const size = spec.shape.reduce((product, extent) => product * extent, 1);
      const value = spec.name.endsWith(".scale") ? 1 : 0;
      found.set(spec.name, { shape: spec.shape, values: new Float32Array(size).fill(value) });
      continue;
    }
    if (!source) {
      throw new RecordError(
        `${place}: the supernet lacks the tensor "${supernetName(spec.name)}" that this genotype's network needs. Use the weights of a search of the same space and settings.`,
      );
    }
    found.set(spec.name, leadingPart(spec, source, concatenatedAxes(spec.name, genotype.space), place));
  }
  return found;
}

/** A supernet's nodes share one learnt shift among all operations that read them. */
function supernetName(name: string): string {
  return name.replace(/\.edge\d+-(\d+)\.\w+\.rsign\./, ".node$1.rsign.");
}

/** Cuts a tensor to the leading part of every axis, in each of the nodes the axis runs over. */
function leadingPart(
  spec: ParameterSpec,
  source: StoredTensor,
  nodes: readonly number[],
  place: string,
): StoredTensor {
  const fits =
    source.shape.length === spec.shape.length &&
    spec.shape.every((extent, axis) => extent <= (source.shape[axis] as number));
  if (!fits) {
    throw new RecordError(
      `${place}: tensor "${spec.name}" should have at least the shape [${spec.shape.join(", ")}], the supernet's has [${source.shape.join(", ")}]. Use the weights of a search of the same space, without partial channels, and a genotype without more initChannels than it.`,
    );
  }
  const places = spec.shape.map((extent, axis) =>
    leadingPlaces(source.shape[axis] as number, extent, nodes[axis] ?? 1),
  );
  const values = new Float32Array(spec.shape.reduce((product, extent) => product * extent, 1));
  let next = 0;
  const copy = (axis: number, offset: number): void => {
    const own = places[axis];
    if (!own) {
      values[next++] = source.values[offset] as number;
      return;
    }
    const stride = source.shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
    for (const index of own) copy(axis + 1, offset + index * stride);
  };
  copy(0, 0);
  return { shape: spec.shape, values };
}

/** Of an axis that holds `nodes` equal parts: the places of the leading `kept / nodes` entries of each part. */
function leadingPlaces(extent: number, kept: number, nodes: number): number[] {
  const [from, to] = [extent / nodes, kept / nodes];
  return Array.from({ length: kept }, (_, i) => Math.floor(i / to) * from + (i % to));
}
