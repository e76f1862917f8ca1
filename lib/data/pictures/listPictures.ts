import { type Dirent, existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { type FolderConfig, none } from "../../config/folderSection";
import { fold, permutation, randomKey } from "../../random/randomKey";
import { DataError } from "../../util/errors";
import { projectPath } from "../../util/projectFolder";
import { shownPath } from "../../util/shownPath";

/** One file that should be a picture. */
export interface ListedPicture {
  readonly path: string;
  readonly label: number;
  readonly part: "train" | "test";
}

/** The files of a set, in the order of their names, and what was seen on the way. */
export interface PictureList {
  /** Where the set lies, for names in messages. */
  readonly root: string;
  readonly classNames: readonly string[];
  readonly pictures: readonly ListedPicture[];
  /** Files that were passed over because their names are those of no picture, relative to root. */
  readonly passedOver: readonly string[];
  /** How the test pictures were chosen. */
  readonly note: string;
}

const suffixes = new Set(["jpg", "jpeg", "png", "webp", "gif", "tif", "tiff", "avif"]);
const trainFolder = "train";
const testFolders = ["val", "test"] as const;
/** Names that folders of parts have in other sets, as nobody calls a class. */
const partName = /^(?:train(?:ing)?|val|valid(?:ation)?|dev|test(?:ing)?)$/i;

/** The suffixes of picture files, for messages. */
export const suffixText = [...suffixes].map((suffix) => `.${suffix}`).join(", ");

/**
 * Lists the pictures of a folder or of a CSV list with their classes and parts. Class names are ordered by their code
 * units, and so are the files of a class, whatever the file system's order.
 *
 * @throws DataError if there is no such folder or list, a class has no pictures or is not in both parts, there is one class
 * only, or another number than `folder.classes`.
 */
export function listPictures(folder: FolderConfig): PictureList {
  const list = folder.list !== none ? fromList(folder) : fromFolders(folder);
  const { classNames, root } = list;
  if (classNames.length < 2) {
    const got = classNames.length === 0 ? "none" : `"${classNames[0]}" alone`;
    throw new DataError(
      folder.list !== none
        ? `image-folder: the list ${shownPath(resolve(projectPath(folder.list)))} must name pictures of at least 2 classes, got ${got}. Its lines are path,class or path,class,train (or test).`
        : `image-folder: ${shownPath(root)} must have at least 2 classes, a folder for each, got ${got}. Put the pictures of each class into a folder of its own.`,
    );
  }
  if (folder.classes !== 0 && classNames.length !== folder.classes) {
    throw new DataError(
      `image-folder: ${shownPath(root)} must have the ${folder.classes} classes that folder.classes says, got ${classNames.length} (${some(classNames)}). Set folder.classes to ${classNames.length}.`,
    );
  }
  for (const part of ["train", "test"] as const) {
    const counts = new Uint32Array(classNames.length);
    for (const picture of list.pictures)
      if (picture.part === part) counts[picture.label] = (counts[picture.label] as number) + 1;
    const empty = counts.indexOf(0);
    if (empty >= 0) {
      throw new DataError(
        `image-folder: class "${classNames[empty]}" of ${shownPath(root)} must have at least one picture for ${part === "train" ? "training" : "testing"}, got none (picture files end in ${suffixText}). Add some, or remove the class.`,
      );
    }
  }
  return list;
}

/** The classes that a folder has, for settings: the number that `folder.classes` must be. */
export function countClasses(folder: FolderConfig): number {
  return listPictures({ ...folder, classes: 0 }).classNames.length;
}

function fromFolders(folder: FolderConfig): PictureList {
  const root = resolve(projectPath(folder.path));
  if (!isFolder(root)) {
    throw new DataError(
      `image-folder: expected a folder ${shownPath(root)} with a folder of pictures for each class, got ${existsSync(root) ? "a file" : "none"}. Set folder.path, or put the folder there, as for a run whose record says it lies there.`,
    );
  }
  const passedOver: string[] = [];
  const testName = testFolders.find((name) => isFolder(join(root, name)));
  if (!isFolder(join(root, trainFolder))) {
    const classNames = classesIn(root);
    if (classNames.length > 0 && classNames.every((name) => partName.test(name))) {
      throw new DataError(
        `image-folder: ${shownPath(root)} must have a folder train, and one val or test beside it, or folders of classes, got ${some(classNames)}. Rename the one that holds the training pictures to train, and the one that holds the test pictures to test.`,
      );
    }
    const files = classNames.map((name) => filesBelow(join(root, name), root, passedOver));
    return { ...shared(files, folder.testShare), root, classNames, passedOver };
  }
  const classNames = classesIn(join(root, trainFolder));
  const beside = classesIn(root).filter((name) => name !== trainFolder && name !== testName);
  const unread = beside.length === 0 ? "" : ` Not read: ${some(beside)}.`;
  if (testName === undefined) {
    const meant = beside.find((name) => partName.test(name));
    if (meant !== undefined) {
      throw new DataError(
        `image-folder: ${shownPath(root)} must have a folder val or test beside train, or none of such a name, got "${meant}". Rename it to val or test, or move it elsewhere to hold out a share of train.`,
      );
    }
    const base = join(root, trainFolder);
    const files = classNames.map((name) => filesBelow(join(base, name), root, passedOver));
    const { pictures, note } = shared(files, folder.testShare);
    return { root, classNames, pictures, passedOver, note: `${note}${unread}` };
  }
  const others = classesIn(join(root, testName));
  const only = (a: readonly string[], b: readonly string[]) => a.filter((name) => !b.includes(name));
  const [missing, extra] = [only(classNames, others), only(others, classNames)];
  if (missing.length + extra.length > 0) {
    const says = [
      ...(missing.length > 0 ? [`${some(missing)} in train alone`] : []),
      ...(extra.length > 0 ? [`${some(extra)} in ${testName} alone`] : []),
    ];
    throw new DataError(
      `image-folder: train and ${testName} of ${shownPath(root)} must have folders of the same classes, got ${says.join(" and ")}.`,
    );
  }
  const pictures = (["train", "test"] as const).flatMap((part) => {
    const base = join(root, part === "train" ? trainFolder : testName);
    return classNames.flatMap((name, label) =>
      filesBelow(join(base, name), root, passedOver).map((path) => ({ path, label, part })),
    );
  });
  return { root, classNames, pictures, passedOver, note: `Test pictures: those of ${testName}.${unread}` };
}

/** Holds out a share of each class, the same pictures for every seed. One that is listed several times is in one part. */
function shared(
  files: readonly (readonly string[])[],
  testShare: number,
): Pick<PictureList, "pictures" | "note"> {
  const key = fold(randomKey(0), "image-folder test share");
  const pictures = files.flatMap((paths, label) => {
    const different = [...new Set(paths)];
    const count = different.length;
    const held = Math.max(0, Math.min(count - 1, Math.max(1, Math.round(testShare * count))));
    const order = permutation(fold(key, label), count).subarray(0, held);
    const test = new Set(Array.from(order, (i) => different[i]));
    return paths.map((path) => ({
      path,
      label,
      part: test.has(path) ? ("test" as const) : ("train" as const),
    }));
  });
  const parts = [
    ...pictures.filter(({ part }) => part === "train"),
    ...pictures.filter(({ part }) => part === "test"),
  ];
  return {
    pictures: parts,
    note: `Test pictures: ${Number((100 * testShare).toFixed(2))} % of each class, held out by a fixed draw.`,
  };
}

function fromList(folder: FolderConfig): PictureList {
  const path = resolve(projectPath(folder.list));
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new DataError(
      `image-folder: cannot read the list ${shownPath(path)} (${(cause as NodeJS.ErrnoException).code ?? (cause as Error).message}). Set folder.list.`,
      {
        cause,
      },
    );
  }
  const root = dirname(path);
  const rows: { path: string; name: string; part: string }[] = [];
  const seen = new Map<string, { readonly line: number; readonly said: string }>();
  for (const [i, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === "" || (i === 0 && /^\s*"?path"?\s*,/i.test(line))) continue;
    const cells = cellsOf(line);
    const [file = "", name = "", part = ""] = cells;
    const fits = cells.length >= 2 && cells.length <= 3 && file !== "" && name !== "";
    if (!fits || !["", "train", "test", "val"].includes(part)) {
      throw new DataError(
        `image-folder: line ${i + 1} of ${shownPath(path)} must be path,class or path,class,train (or test), got ${JSON.stringify(line)}.`,
      );
    }
    const own = { path: resolve(root, file), name, part };
    // Pictures may be listed several times; one of two classes, or of both parts, is a slip.
    const said = `${name}${part === "" ? "" : `, ${part}`}`;
    const before = seen.get(own.path);
    if (before !== undefined && before.said !== said) {
      throw new DataError(
        `image-folder: lines ${before.line} and ${i + 1} of ${shownPath(path)} must say the same of ${file}, got "${before.said}" and "${said}". Remove one of them.`,
      );
    }
    seen.set(own.path, { line: i + 1, said });
    rows.push(own);
  }
  const told = rows.filter(({ part }) => part !== "").length;
  if (told !== 0 && told !== rows.length) {
    throw new DataError(
      `image-folder: ${shownPath(path)} must say train or test in every line or in none, got ${told} of ${rows.length} lines that do.`,
    );
  }
  const classNames = [...new Set(rows.map(({ name }) => name))].sort(byCode);
  const labelOf = new Map(classNames.map((name, label) => [name, label]));
  if (told === 0) {
    const files = classNames.map((name) =>
      rows
        .filter((row) => row.name === name)
        .map((row) => row.path)
        .sort(byCode),
    );
    return { ...shared(files, folder.testShare), root, classNames, passedOver: [] };
  }
  const pictures = rows
    .map(({ path: file, name, part }) => ({
      path: file,
      label: labelOf.get(name) as number,
      part: part === "train" ? ("train" as const) : ("test" as const),
    }))
    .sort((a, b) => byCode(b.part, a.part) || a.label - b.label || byCode(a.path, b.path));
  return { root, classNames, pictures, passedOver: [], note: "Test pictures: those of the list." };
}

/** The cells of a CSV line; quoted ones may hold commas and doubled quotes. */
function cellsOf(line: string): string[] {
  const cells = [...line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"|([^,]*))/g)];
  return cells.map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "").trim() : quoted.replaceAll('""', '"'),
  );
}

function classesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith(".") && isFolder(join(folder, name)))
    .sort(byCode);
}

/** Picture files of a folder and of those in it, by their suffixes, in the order of their names; hidden ones are left out. */
export function filesBelow(folder: string, root: string, passedOver: string[]): string[] {
  const found: string[] = [];
  const visited = new Set<string>();
  const walk = (at: string): void => {
    const real = realpathSync(at);
    // A link to a folder that it stands in.
    if (visited.has(real)) return;
    visited.add(real);
    for (const entry of entriesOf(at).sort((a, b) => byCode(a.name, b.name))) {
      const path = join(at, entry.name);
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory() || (entry.isSymbolicLink() && isFolder(path))) walk(path);
      else if (suffixes.has(entry.name.slice(entry.name.lastIndexOf(".") + 1).toLowerCase()))
        found.push(path);
      else passedOver.push(relative(root, path).split(sep).join("/"));
    }
  };
  walk(folder);
  return found;
}

/** @throws DataError for a folder that cannot be read. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw new DataError(
      `${shownPath(folder)}: the pictures in this folder cannot be read (${(cause as NodeJS.ErrnoException).code}). Give yourself the right to read it, or move it out.`,
      { cause },
    );
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    // A link that leads to itself.
    return false;
  }
}

/** By code units: the same order everywhere. */
function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
