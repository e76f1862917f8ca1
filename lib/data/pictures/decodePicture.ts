// The source text of this function is what threads run, so it uses nothing but its arguments: no imports, no constants of
// the file.

/** What a decoded picture must be. */
export interface PictureForm {
  /** Shorter side, in pixels. */
  readonly storedSize: number;
  readonly channels: number;
  /** Whether grey may become colour and colour grey. */
  readonly convert: boolean;
}

/** A picture as bytes, `[height, width, channels]`, with what is kept of it. */
export interface DecodedPicture {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** Its format, where the name's suffix says another; else "". */
  readonly misnamed: string;
  /** In the file, as it is seen, in pixels. */
  readonly fileHeight: number;
  readonly fileWidth: number;
}

/**
 * Decodes one file: turned as its EXIF says, converted to sRGB (or grey), transparency over black, 8 bits a channel,
 * resized by a triangle filter so that its shorter side is `storedSize`.
 *
 * @throws Error with the reason as a clause, if it is no picture of the formats known, or damaged.
 */
export async function decodePicture(
  sharp: typeof import("sharp"),
  fs: Pick<typeof import("node:fs"), "readFileSync">,
  path: string,
  form: PictureForm,
): Promise<DecodedPicture> {
  const bytes = fs.readFileSync(path);
  if (bytes.length === 0) throw new Error("is empty");
  let about: import("sharp").Metadata;
  try {
    about = await sharp(bytes, { failOn: "none" }).metadata();
  } catch (error) {
    throw new Error(`holds no picture that can be read (${String((error as Error).message).trim()})`);
  }
  const kinds: Record<string, string> = {
    jpg: "jpeg",
    jpeg: "jpeg",
    png: "png",
    webp: "webp",
    gif: "gif",
    tif: "tiff",
    tiff: "tiff",
    avif: "heif",
  };
  if (!Object.values(kinds).includes(about.format))
    throw new Error(`is of format ${about.format}, expected JPEG, PNG, WebP, GIF, TIFF or AVIF`);
  if (Math.max(about.width, about.height) > 16 * Math.min(about.width, about.height))
    throw new Error(`is ${about.width}x${about.height}, more than 16 times as long as it is wide`);
  const colour = about.channels - (about.hasAlpha ? 1 : 0) >= 3;
  if (!form.convert && colour !== (form.channels === 3)) {
    throw new Error(
      `has ${colour ? "colour" : "grey alone"}, expected ${form.channels === 3 ? "colour (channels 3)" : "grey (channels 1)"}`,
    );
  }
  const short = form.storedSize;
  let made: { data: Buffer; info: import("sharp").OutputInfo };
  try {
    made = await sharp(bytes, { failOn: "error", sequentialRead: true })
      .autoOrient()
      .resize({ width: short, height: short, fit: "outside", kernel: "linear" })
      .flatten({ background: "#000000" })
      .toColourspace(form.channels === 3 ? "srgb" : "b-w")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
  } catch (error) {
    throw new Error(`is damaged (${String((error as Error).message).trim()})`);
  }
  const { data, info } = made;
  if (info.channels !== form.channels)
    throw new Error(`became ${info.channels} channels, expected ${form.channels}`);
  const suffix = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  const misnamed = kinds[suffix] === about.format ? "" : about.format;
  // Orientations from 5 on turn the picture by a quarter.
  const turned = (about.orientation ?? 1) >= 5;
  const [fileHeight, fileWidth] = turned ? [about.width, about.height] : [about.height, about.width];
  return { pixels: data, height: info.height, width: info.width, misnamed, fileHeight, fileWidth };
}
