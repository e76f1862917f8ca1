/** One tensor of a network, for one image. */
export interface CapacityTensor {
  /** The name of its tap where it has one; else the part that makes it. */
  readonly name: string;
  /**
   * Place of its cell in `cellLayout`, of a hand-made network its block, counted from 0; null for the image, the stems
   * and what belongs to no block.
   */
  readonly cell: number | null;
  /** Distinct elements: copies of an element carry nothing more. */
  readonly elements: number;
  /** 1 for what a sign puts out, 8 for the image's bytes, else the bits of a real value. */
  readonly bitsPerElement: number;
  /** `elements · bitsPerElement`, in bits. */
  readonly capacity: number;
}

/** The tensors of a network in an order in which each comes after those it is computed from. Plain JSON. */
export interface CapacityGraph {
  /** The first is the image, the last what the head reads. */
  readonly tensors: readonly CapacityTensor[];
  /** Pairs of places in `tensors`: the second is computed from the first. */
  readonly reads: readonly (readonly [number, number])[];
}

/** How many bits a real value counts. */
export interface CapacityOptions {
  /** Default 32; 16 for half precision. */
  readonly realBits?: number;
}

/** Collects the tensors of a network in the order in which they are computed. */
export class CapacityGraphBuilder {
  readonly tensors: CapacityTensor[] = [];
  readonly reads: [number, number][] = [];

  constructor(readonly realBits: number) {}

  /** Adds a tensor computed from others, and returns its place. */
  add(
    name: string,
    cell: number | null,
    elements: number,
    from: readonly number[],
    bitsPerElement = this.realBits,
  ): number {
    const place = this.tensors.length;
    this.tensors.push({ name, cell, elements, bitsPerElement, capacity: elements * bitsPerElement });
    for (const source of new Set(from)) this.reads.push([source, place]);
    return place;
  }

  /** Distinct elements of the tensor at a place. */
  elements(place: number): number {
    return (this.tensors[place] as CapacityTensor).elements;
  }

  graph(): CapacityGraph {
    return { tensors: this.tensors, reads: this.reads };
  }
}
