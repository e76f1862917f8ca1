import { createHash } from "node:crypto";
import type { ImageSet } from "../imageSet";

/**
 * SHA-256, in hexadecimal, of the images and labels of both parts of a set and of the form of its images: equal where
 * a run would see the same bytes.
 */
export function contentHash(train: ImageSet, test: ImageSet): string {
  const hash = createHash("sha256");
  for (const { images, labels, imageSize, channels } of [train, test]) {
    hash.update(`${labels.length} ${imageSize} ${channels}\n`);
    hash.update(images).update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  }
  return hash.digest("hex");
}
