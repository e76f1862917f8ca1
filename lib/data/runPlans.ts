import { BatchWorker } from "./batchWorker";
import { fillImages } from "./fillImages";
import { type ImageSet, imageBytes } from "./imageSet";

/** Images and labels of one training or evaluation step. The arrays are the consumer's own: nothing writes to them again. */
export interface EpochBatch {
  /** `[batch, height, width, channels]`, float32, normalised. */
  readonly images: Float32Array;
  /** `[batch]`. */
  readonly labels: Int32Array;
  /** `[batch]`, places of the images in their set. */
  readonly indices: Uint32Array;
  /** Counted from 0, from the beginning of the epoch. */
  readonly step: number;
  /** What else is in the images, where images were mixed. */
  readonly mix?: Mix;
}

/** Images that others were mixed into: the share that is the image's own, and the labels of the rest. */
export interface Mix {
  /** `[batch]`. */
  readonly labels: Int32Array;
  /** In [0, 1], the same for all images of a batch. */
  readonly share: number;
}

/** A batch that is decided but not yet made. */
export interface PlannedBatch {
  readonly step: number;
  readonly indices: Uint32Array;
  /** See `planAugmentation`. */
  readonly plan: Int32Array;
}

/** What all batches of one pass have in common. */
export interface BatchJob {
  readonly set: ImageSet;
  readonly table: Float32Array;
  readonly cutout: number;
}

/** Batches in preparation or ready while one is in use. One would do; the second absorbs uneven steps. */
const ahead = 2;

/** Bytes of images below which a pass is made sooner here than a thread starts (about 0.05 s): 1,024 images of CIFAR's size. */
const threadedBytes = 1024 * 3072;

/** Whether a pass over `images` images of `set` gains by a thread. */
export function gainsByThread(set: ImageSet, images: number): boolean {
  return images * imageBytes(set) > threadedBytes;
}

/** Makes planned batches in order: in another thread, ahead of need, or here, when asked for. The results are the same. */
export async function* runPlans(
  job: BatchJob,
  plans: Iterator<PlannedBatch>,
  inWorker: boolean,
): AsyncGenerator<EpochBatch, void, undefined> {
  const { set, table, cutout } = job;
  const geometry = { imageSize: set.imageSize, channels: set.channels, cutout };
  if (!inWorker) {
    for (let next = plans.next(); !next.done; next = plans.next()) {
      const { plan, indices } = next.value;
      const images = new Float32Array(indices.length * imageBytes(set));
      fillImages(set.images, plan, table, geometry, images);
      yield finish(set, next.value, images);
    }
    return;
  }
  const queue: { planned: PlannedBatch; images: Promise<Float32Array> }[] = [];
  let worker: BatchWorker | undefined;
  try {
    for (;;) {
      while (queue.length <= ahead) {
        const next = plans.next();
        if (next.done) break;
        worker ??= new BatchWorker({ pixels: set.images, table, geometry });
        queue.push({ planned: next.value, images: worker.request(next.value.plan) });
      }
      const head = queue.shift();
      if (!head || !worker) return;
      yield finish(set, head.planned, await worker.wait(head.images));
    }
  } finally {
    await worker?.close();
  }
}

function finish(set: ImageSet, planned: PlannedBatch, images: Float32Array): EpochBatch {
  const { step, indices } = planned;
  return { images, labels: Int32Array.from(indices, (index) => set.labels[index] as number), indices, step };
}
