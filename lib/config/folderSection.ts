import { flag, integer, number, oneOf, type SettingsOf, section, text } from "./section";

/** What stands for a path that is not given. */
export const none = "none";

/** Where the pictures of `image-folder` are, and the form that they get. */
export const folderSection = section(
  { meaning: 'The pictures of the data set "image-folder", and the form that they get.' },
  {
    path: text({
      default: none,
      meaning:
        "Folder with a folder of pictures for each class; or with train and val (or test) folders that have those. One that is not absolute lies in the project.",
    }),
    list: text({
      default: none,
      meaning:
        "CSV file in place of path: a line for each picture with its path (from the file's folder) and its class, and train or test where the parts are given; a first line path,class,part is passed over.",
    }),
    imageSize: integer({
      default: 224,
      min: 4,
      unit: "pixels",
      meaning: "Height and width of the images a network gets.",
    }),
    channels: oneOf([3, 1], { default: 3, meaning: "3: colour; 1: grey." }),
    classes: integer({ default: 0, min: 0, max: 65_535, meaning: "How many classes there are." }),
    storedSize: integer({
      default: 0,
      min: 0,
      unit: "pixels",
      meaning:
        "Shorter side that each picture is resized to when it is decoded, at least imageSize; tests cut the centre out of it. 0: 8/7 of imageSize, 256 for 224.",
    }),
    testShare: number({
      default: 0.1,
      above: 0,
      below: 1,
      meaning:
        "Share of each class that is held out for testing where there is neither a val nor a test folder (nor part in a list), the same pictures for every seed.",
    }),
    convert: flag({
      default: true,
      meaning:
        "Whether grey pictures may be read as colour and colour pictures as grey; false: those of other channels are faults.",
    }),
    allowedFaults: integer({
      default: 0,
      min: 0,
      unit: "pictures",
      meaning:
        "How many files may be left out because they cannot be read; with more, nothing is trained and all are listed with their reasons.",
    }),
    cache: oneOf(["disk", "none"], {
      default: "disk",
      meaning:
        "disk: decoded pictures are written once to a file below the data directory and read from there; none: each is decoded whenever it is used. Batches are the same.",
    }),
    threads: integer({
      default: 0,
      min: 0,
      max: 64,
      meaning:
        "Threads that decode and change pictures; 0: one for each processor, at most 4. Changes no result.",
    }),
  },
);

/** Where the pictures of a data set are, and the form that they get. Plain data. */
export interface FolderConfig extends SettingsOf<typeof folderSection.fields> {}

/** The shorter side of stored pictures, in pixels. */
export function storedSizeOf({
  storedSize,
  imageSize,
}: Pick<FolderConfig, "storedSize" | "imageSize">): number {
  return Math.max(imageSize, storedSize === 0 ? Math.round((imageSize * 8) / 7) : storedSize);
}
