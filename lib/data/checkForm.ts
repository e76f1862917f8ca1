import type { ImageForm } from "../config/datasets";
import { ConfigError } from "../util/errors";
import type { ImageSet } from "./imageSet";

/**
 * @param what reads the images, e.g. `the model "tiny"`.
 * @throws ConfigError if it is built for images of another size, for other channels, or for fewer classes than the set has.
 */
export function checkForm(place: string, what: string, form: ImageForm, set: ImageSet): void {
  const { imageSize, imageChannels, classes } = form;
  if (set.imageSize !== imageSize || set.channels !== imageChannels) {
    throw new ConfigError(
      `${place}: ${what} reads images of ${imageSize}x${imageSize}x${imageChannels}, ${set.name} has ${set.imageSize}x${set.imageSize}x${set.channels}. Choose other data or another model.`,
    );
  }
  const found = set.classNames.length;
  if (found > classes) {
    throw new ConfigError(
      `${place}: ${set.name} has ${found} classes, the head of ${what} has ${classes}. Choose other data, or a model with at least ${found} classes.`,
    );
  }
}
