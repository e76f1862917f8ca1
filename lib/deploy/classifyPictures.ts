import { pictureFiles, readPictures } from "../data/pictures/readPictures";
import { type ClassAnswer, type OpenOptions, openPacked } from "../packed/openPacked";
import type { PackedModel } from "../packed/packedModel";
import { modelShape } from "../records/modelSpec";
import { ConfigError } from "../util/errors";

/** What a network says of one picture, or why the picture could not be read. */
export type PictureAnswer =
  | { readonly path: string; readonly classes: readonly ClassAnswer[] }
  | { readonly path: string; readonly fault: string };

export interface ClassifyOptions extends OpenOptions {
  /** Likeliest classes of each picture; 5 by default. */
  readonly top?: number;
  /** Pictures read and run at a time; 64 by default. */
  readonly batch?: number;
  /** Whether grey pictures may be read as colour, and colour ones as grey; by default they may not. */
  readonly convert?: boolean;
  /** Whether pictures of another size than the network reads are refused; by default they are resized and their centre is cut out. */
  readonly exact?: boolean;
}

/**
 * Runs a packed model over picture files (JPEG, PNG, WebP, GIF, TIFF, AVIF), batch by batch.
 *
 * A picture is turned as its EXIF says, converted to sRGB (or grey), its shorter side resized to the network's image size by a
 * triangle filter, its centre cut out, and normalised as the model's header says. A picture that cannot be read is an answer with a
 * fault; the others are run. Answers come in the order of the pictures.
 *
 * @param places picture files, and folders with some at any depth.
 * @throws ConfigError for an option out of range; DataError for a folder without pictures, and for a network that reads neither colour
 * nor grey.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ width: 0.125, imageSize: 32 });
 * const model = bars.packed.packDrawn({ kind: "baseline", name: "small", ...network }, bars.randomKey(0));
 * for await (const answer of bars.packed.classifyPictures(model, ["docs/public/explore.png"], { top: 1, convert: true }))
 *   if ("classes" in answer) console.log(answer.classes.length); // 1
 * ```
 */
export async function* classifyPictures(
  model: PackedModel,
  places: readonly string[],
  options: ClassifyOptions = {},
): AsyncGenerator<PictureAnswer, void, undefined> {
  const { top = 5, batch = 64, convert = false, exact = false, ...engine } = options;
  for (const [name, value] of Object.entries({ top, batch }))
    if (!Number.isInteger(value) || value < 1)
      throw new ConfigError(`classifyPictures: ${name} must be an integer of at least 1, got ${value}.`);
  const { imageSize, imageChannels: channels } = modelShape(model.header.model);
  const files = pictureFiles(places);
  const opened = await openPacked(model, engine);
  try {
    const form = { imageSize, channels, convert, exact, ...model.header.normalization };
    for await (const { paths, images, faults } of readPictures(files, form, batch)) {
      const answers = await opened.classify(images, paths.length, top);
      const faultAt = new Map(faults.map((fault) => [fault.place, fault]));
      let read = 0;
      for (let place = 0; place < paths.length + faults.length; place++) {
        const fault = faultAt.get(place);
        if (fault) yield { path: fault.path, fault: fault.why };
        else {
          yield { path: paths[read] as string, classes: answers[read] as readonly ClassAnswer[] };
          read++;
        }
      }
    }
  } finally {
    opened.dispose();
  }
}
