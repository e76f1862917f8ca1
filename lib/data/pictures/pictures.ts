import type { PictureIndex } from "./pictureStore";
import type { PictureSource } from "./pictureThread";

/** Pictures that stay on the disk, of which images are made when they are needed. */
export interface Pictures {
  readonly index: PictureIndex;
  /** `[images of the set]`: the picture of each, a place in the index. */
  readonly places: Uint32Array;
  /** Path of every picture of the index. */
  readonly names: readonly string[];
  readonly source: PictureSource;
  /** Threads that make images; 0: as many as suit. */
  readonly threads: number;
}
