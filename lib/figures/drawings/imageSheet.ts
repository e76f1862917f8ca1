import { type ImageSet, type Labels, pixelsOf } from "../../data/imageSet";
import { loadPackage } from "../../text/packageFile";
import { escapeXml } from "../../text/svg";
import { DataError } from "../../util/errors";

interface CanvasPackage {
  createCanvas(
    width: number,
    height: number,
  ): {
    getContext(kind: "2d"): {
      createImageData(width: number, height: number): { data: Uint8ClampedArray };
      putImageData(image: unknown, x: number, y: number): void;
    };
    toDataURL(type: "image/png"): string;
  };
}

/** Layout of an image sheet. */
export interface ImageSheetOptions {
  /** Images of each class, the first of the set. */
  readonly perClass: number;
  /** Side of an image on the page, in pixels. */
  readonly side: number;
}

/**
 * A contact sheet: one row a class with its name, the first `perClass` images of each. An SVG that holds the pixels
 * as PNG, drawn without smoothing.
 *
 * @throws DataError if the set has no class names or no images.
 *
 * @example
 * ```ts
 * const images = bars.data.syntheticImages(20, bars.randomKey(0));
 * bars.showSvg(bars.figures.imageSheet(images), "images");
 * ```
 */
export function imageSheet(set: ImageSet, options: Partial<ImageSheetOptions> = {}): string {
  const { perClass = 8, side = 40 } = options;
  const { classNames, labels } = set;
  if (labels.length === 0 || classNames.length === 0) {
    throw new DataError(
      `imageSheet: expected images with named classes, got ${labels.length} images of ${classNames.length} classes.`,
    );
  }
  const gap = 3;
  const nameWidth = 12 + 7 * Math.max(...classNames.map((name) => name.length));
  const width = nameWidth + perClass * (side + gap);
  const height = classNames.length * (side + gap);
  const rows = classNames.map((name, label) => {
    const top = label * (side + gap);
    const indices = firstOf(labels, label, perClass);
    const text = `<text x="${nameWidth - 8}" y="${top + side / 2 + 4}" text-anchor="end">${escapeXml(name)}</text>`;
    const images = indices.map((index, column) => {
      const x = nameWidth + column * (side + gap);
      return `<image x="${x}" y="${top}" width="${side}" height="${side}" style="image-rendering:pixelated" href="${pngOf(set, index)}"/>`;
    });
    return text + images.join("");
  });
  const words = `${classNames.length} rows of images, one a class: ${classNames.join(", ")}; the first ${perClass} of each.`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `font-family="DejaVu Sans, sans-serif" font-size="12"><title>Images by class</title><desc>${escapeXml(words)}</desc>${rows.join("\n")}</svg>`
  );
}

function firstOf(labels: Labels, label: number, count: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < labels.length && found.length < count; i++) if (labels[i] === label) found.push(i);
  return found;
}

function pngOf(set: ImageSet, index: number): string {
  const { imageSize, channels } = set;
  const images = pixelsOf("imageSheet", set);
  const pixels = imageSize * imageSize;
  const canvas = loadPackage<CanvasPackage>("@napi-rs/canvas").createCanvas(imageSize, imageSize);
  const context = canvas.getContext("2d");
  const target = context.createImageData(imageSize, imageSize);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) {
      target.data[4 * i + c] = images[(index * pixels + i) * channels + Math.min(c, channels - 1)] as number;
    }
    target.data[4 * i + 3] = 255;
  }
  context.putImageData(target, 0, 0);
  return canvas.toDataURL("image/png");
}
