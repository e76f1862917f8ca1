import { createHash } from "node:crypto";
import { basename, relative } from "node:path";
import { builtInDatasets } from "../../config/datasets";
import { storedSizeOf } from "../../config/folderSection";
import { writeFileAtomic } from "../../util/atomicFile";
import { counted } from "../../util/counted";
import { DataError } from "../../util/errors";
import { shownPath } from "../../util/shownPath";
import { type ImageSet, joinNotes, labelArray } from "../imageSet";
import { listPictures, type PictureList } from "../pictures/listPictures";
import { pictureIndex } from "../pictures/pictureIndex";
import type { PictureIndex } from "../pictures/pictureStore";
import type { CheckedSets, Dataset } from "./dataset";

/** Faults and other findings that a message shows; all of them stand in a file. */
const shown = 8;

/**
 * Pictures in folders of classes, or named by a list. They are decoded once, and what cannot be read is found before
 * anything is trained.
 */
export const imageFolder: Dataset = {
  ...builtInDatasets["image-folder"],
  normalization: "measured",
  read: async ({ folder, directory, progress }) => {
    if (folder === undefined)
      throw new DataError(
        "image-folder: expected settings in data.folder (path, imageSize, classes), got none.",
      );
    const list = listPictures(folder);
    const index = await pictureIndex(list, folder, directory, progress);
    refuseFaults(list, index, folder.allowedFaults);
    const form = { storedSize: storedSizeOf(folder), channels: folder.channels, convert: folder.convert };
    const source = index.stored
      ? { kind: "store" as const, path: index.path, channels: folder.channels }
      : { kind: "files" as const, form };
    const bad = new Set(index.faults.map(([place]) => place));
    const names = list.pictures.map(({ path }) => path);
    const title = basename(list.root);
    const left = bad.size === 0 ? "" : `${counted(bad.size, "file")} left out that cannot be read.`;
    const part = (which: "train" | "test"): ImageSet => {
      const places = Uint32Array.from(
        list.pictures.flatMap((picture, place) => (picture.part === which && !bad.has(place) ? [place] : [])),
      );
      const labels = labelArray(places.length, list.classNames.length);
      for (const [i, place] of places.entries())
        labels[i] = (list.pictures[place] as { label: number }).label;
      return {
        name: title,
        images: new Uint8Array(),
        labels,
        classNames: list.classNames,
        imageSize: folder.imageSize,
        channels: folder.channels,
        note: joinNotes(
          `Pictures of the folder ${title}, shorter side ${form.storedSize} pixels.`,
          list.note,
          left,
        ),
        pictures: { index, places, names, source, threads: folder.threads },
      };
    };
    const sets = { train: part("train"), test: part("test") };
    requireEveryClass(sets.train, list);
    return { ...sets, checked: findings(list, index), contentHash: hashOf(list, index, sets) };
  },
};

/** @throws DataError that lists files that are no pictures, where there are more than allowed. */
function refuseFaults(list: PictureList, index: PictureIndex, allowed: number): void {
  const { faults } = index;
  if (faults.length <= allowed) return;
  const lines = faults.map(([place, reason]) => `${nameOf(list, place)} ${reason}`);
  const file = `${index.path.replace(/\.pictures$/, "")}.faults.txt`;
  writeFileAtomic(file, `${lines.join("\n")}\n`);
  const more = faults.length > shown ? `; and ${faults.length - shown} more` : "";
  throw new DataError(
    `image-folder: ${counted(faults.length, "file")} of ${list.pictures.length} in ${shownPath(list.root)} cannot be read, and ${allowed} may be left out: ${lines.slice(0, shown).join("; ")}${more}. All are listed in ${shownPath(file)}. Repair or remove them, or set folder.allowedFaults to ${faults.length}.`,
  );
}

/** A class may have lost all its pictures. */
function requireEveryClass(train: ImageSet, list: PictureList): void {
  const seen = new Set(train.labels);
  const lost = list.classNames.findIndex((_, label) => !seen.has(label));
  if (lost < 0) return;
  throw new DataError(
    `image-folder: class "${list.classNames[lost]}" of ${shownPath(list.root)} must have a training picture that can be read, got none. Repair its files, or remove the class.`,
  );
}

function findings(list: PictureList, { faults, misnamed, count }: PictureIndex): string[] {
  const some = (names: readonly string[]) =>
    names.slice(0, shown).join(", ") + (names.length > shown ? ` and ${names.length - shown} more` : "");
  return [
    `${counted(count - faults.length, "picture")} of ${list.classNames.length} classes decoded`,
    ...(faults.length > 0
      ? [`left out: ${some(faults.map(([place, reason]) => `${nameOf(list, place)} ${reason}`))}`]
      : []),
    ...(misnamed.length > 0
      ? [
          `read as what they are, not what their names say: ${some(misnamed.map(([place, format]) => `${nameOf(list, place)} (${format})`))}`,
        ]
      : []),
    ...(list.passedOver.length > 0 ? [`passed over, not named as pictures: ${some(list.passedOver)}`] : []),
  ];
}

function nameOf({ root, pictures }: PictureList, place: number): string {
  return relative(root, (pictures[place] as { path: string }).path);
}

/** Of every picture's bytes and label, in order. */
function hashOf(
  { classNames }: PictureList,
  index: PictureIndex,
  { train, test }: Pick<CheckedSets, "train" | "test">,
): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([classNames, index.channels, index.storedSize]));
  for (const { pictures, labels } of [train, test]) {
    hash.update(`${labels.length}\n`);
    for (const place of pictures?.places ?? []) hash.update(index.sums.subarray(8 * place, 8 * place + 8));
    hash.update(Uint16Array.from(labels));
  }
  return hash.digest("hex");
}
