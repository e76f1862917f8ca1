import type { AugmentConfig } from "../../config/dataConfig";
import type { RandomKey } from "../../random/randomKey";
import type { ChannelStatistics } from "../channelStatistics";
import type { ImageSet } from "../imageSet";
import type { EpochBatch } from "../runPlans";
import { sumText } from "./pictureStore";
import type { PicturePlaces, PictureSource, PictureThread } from "./pictureThread";
import { pictureThreads } from "./pictureThreads";
import { type PictureSize, pictureStride, planPictures } from "./planPictures";

/** A pass over pictures. */
export interface PicturePass extends ChannelStatistics {
  readonly set: ImageSet;
  readonly augment: AugmentConfig | null;
  /** Of the augmentation's draws. */
  readonly key: RandomKey;
}

/** A batch that is decided: its images and the place of the first of them in the epoch. */
export interface ChosenBatch {
  readonly step: number;
  readonly indices: Uint32Array;
  readonly firstPlace: number;
}

/** Batches in preparation or ready while one is in use. */
const ahead = 2;

/**
 * Makes batches of pictures in order, each shared out over the threads, ahead of need. The images depend on keys and
 * places alone, not on how many threads there are.
 */
export async function* runPictures(
  pass: PicturePass,
  batches: Iterator<ChosenBatch>,
): AsyncGenerator<EpochBatch, void, undefined> {
  const { set, augment, mean, std, key } = pass;
  const { imageSize, channels, pictures } = set;
  const geometry = { imageSize, channels, cutout: augment?.cutout ?? 0, mean, std };
  const source: PictureSource = pictures?.source ?? {
    kind: "memory",
    pixels: set.images,
    imageSize,
    channels,
  };
  const sizeOf = sizesOf(set);
  const stride = pictureStride(augment);
  const queue: { chosen: ChosenBatch; parts: { thread: PictureThread; images: Promise<Float32Array> }[] }[] =
    [];
  let threads: PictureThread[] | undefined;
  try {
    for (;;) {
      while (queue.length <= ahead) {
        const next = batches.next();
        if (next.done) break;
        threads ??= pictureThreads(source, geometry, pictures?.threads);
        const { indices, firstPlace } = next.value;
        const each = Math.ceil(indices.length / threads.length);
        const parts = threads.flatMap((thread, t) => {
          const own = indices.subarray(t * each, (t + 1) * each);
          if (own.length === 0) return [];
          const plan = planPictures(
            own,
            augment,
            { imageSize, channels, sizeOf },
            firstPlace + t * each,
            key,
          );
          return [{ thread, images: thread.images(plan, stride, placesOf(set, own)) }];
        });
        queue.push({ chosen: next.value, parts });
      }
      const head = queue.shift();
      if (!head) return;
      const { indices, step } = head.chosen;
      const images = new Float32Array(indices.length * imageSize * imageSize * channels);
      let at = 0;
      for (const { thread, images: part } of head.parts) {
        const made = await thread.wait(part);
        images.set(made, at);
        at += made.length;
      }
      const labels = Int32Array.from(indices, (index) => set.labels[index] as number);
      yield { images, labels, indices, step };
    }
  } finally {
    await Promise.all((threads ?? []).map((thread) => thread.close()));
  }
}

function sizesOf({ pictures, imageSize }: ImageSet): PictureSize {
  if (!pictures) return () => [imageSize, imageSize];
  const { index, places } = pictures;
  return (image) => {
    const place = places[image] as number;
    return [index.sizes[2 * place] as number, index.sizes[2 * place + 1] as number];
  };
}

const noPlaces: PicturePlaces = {
  names: [],
  offsets: new Float64Array(),
  sizes: new Uint32Array(),
  sums: [],
};

function placesOf({ pictures }: ImageSet, indices: Uint32Array): PicturePlaces {
  if (!pictures) return noPlaces;
  const { index, places, names } = pictures;
  const own = Uint32Array.from(indices, (image) => places[image] as number);
  return {
    names: Array.from(own, (place) => names[place] as string),
    offsets: Float64Array.from(own, (place) => index.offsets[place] as number),
    sizes: Uint32Array.from([...own].flatMap((place) => [...index.sizes.subarray(2 * place, 2 * place + 2)])),
    sums: Array.from(own, (place) => sumText(index, place)),
  };
}
