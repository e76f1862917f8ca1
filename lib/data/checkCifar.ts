import { DataError } from "../util/errors";
import type { CifarContent, CifarLabelContent } from "./cifarContent";
import { firstOccurrences } from "./firstOccurrences";
import { imageBytes } from "./imageSet";
import { type CifarPart, cifarShape } from "./readCifarPart";

/** A set in memory, and what the reader found beside its files. */
export interface CifarSetRead {
  readonly folder: string;
  readonly train: CifarPart;
  readonly test: CifarPart;
  /** Whether a list beside the files names test images that only approximate the official ones. */
  readonly approximations: boolean;
}

/** What a check that passed found. */
export interface CifarCheck {
  /** What was looked at and holds, a phrase each. */
  readonly checked: readonly string[];
  /** What a reader of a result must know; empty where the files are the official ones, or none are known. */
  readonly note: string;
}

/** One thing that is wrong: which files it speaks against, and the clause that says it. */
interface Finding {
  readonly files: readonly string[];
  readonly text: string;
}

/**
 * Checks the content of a set against what is known of it:
 *
 * - Checksums. If a training file is the official one byte for byte, all files must be; a test file whose
 *   approximations are listed is excepted. A file that is byte for byte another official file is always an error. A
 *   set none of whose files is the official one may be a copy from another source, which the note then says.
 * - Every class has exactly its number of training and of test images, for each label byte; with two label bytes,
 *   every fine class belongs to one coarse class.
 * - No image comes twice, and no test image is a training image, beyond what the genuine set has.
 *
 * Images are compared exactly, each hashed once ({@link firstOccurrences}); where all files are the official ones,
 * their content is known and not compared again.
 *
 * @throws DataError with everything that is wrong, the files it speaks against and the remedy.
 */
export function checkCifar(content: CifarContent, set: CifarSetRead): CifarCheck {
  const sums = checksums(set);
  const findings = [...sums.findings];
  const repeats = sums.official ? null : countRepeats(set);
  if (repeats) findings.push(...repeatFindings(content, repeats));
  content.labels.forEach((label, byte) => {
    findings.push(...classFindings(label, byte, set.train, label.trainPerClass, "training"));
    findings.push(...classFindings(label, byte, set.test, label.testPerClass, "test"));
  });
  if (content.labels.length === 2) findings.push(...groupFindings(set));
  if (findings.length > 0) {
    const suspects = [
      ...new Set((sums.findings.length > 0 ? sums.findings : findings).flatMap((f) => f.files)),
    ];
    const what = findings.map(({ text }) => text).join("; ");
    throw new DataError(
      `checkCifar: the files in ${set.folder} are not those of ${content.name}: ${what}. Delete ` +
        `${suspects.join(" and ")} and load again to have ${suspects.length > 1 ? "them" : "it"} extracted anew, ` +
        "or copy from the official archive.",
    );
  }
  const perClass = content.labels.map(
    ({ what, classes, trainPerClass, testPerClass }) =>
      `${trainPerClass} training and ${testPerClass} test images of each ${what} (${classes})`,
  );
  return {
    checked: ["sizes and labels", ...perClass, ...repeatText(repeats), ...sums.checked],
    note: sums.note,
  };
}

function checksums({ train, test, approximations }: CifarSetRead): {
  readonly findings: readonly Finding[];
  /** All files are the official ones. */
  readonly official: boolean;
  readonly checked: readonly string[];
  readonly note: string;
} {
  const files = [...train.files, ...test.files];
  const known = new Map(files.flatMap(({ name, md5 }) => (md5 === undefined ? [] : [[md5, name] as const])));
  if (known.size === 0) {
    const sums = files.map(({ name, found }) => `${name} ${found}`).join(", ");
    return { findings: [], official: false, checked: [`md5 (not compared): ${sums}`], note: "" };
  }
  const matches = files.filter(({ md5, found }) => md5 === found).map(({ name }) => name);
  const others = files.filter(({ md5, found }) => md5 !== undefined && md5 !== found);
  const strict = train.files.some(({ md5, found }) => md5 === found);
  const findings = others.flatMap(({ name, md5, found }): Finding[] => {
    const twin = known.get(found);
    if (twin !== undefined) {
      const text = `${name} must be the official ${name} (md5 ${md5}), got the official ${twin} (md5 ${found})`;
      return [{ files: [name], text }];
    }
    const excepted = approximations && test.files.some((file) => file.name === name);
    if (!strict || excepted) return [];
    return [
      {
        files: [name],
        text: `${name} must have the md5 ${md5} as the other official files do, got ${found}`,
      },
    ];
  });
  const rest = others.map(({ name }) => name).join(", ");
  const checked = [
    ...(matches.length > 0 ? [`official byte for byte (md5): ${matches.join(", ")}`] : []),
    ...(others.length > 0 ? [`not the official bytes, checked by content: ${rest}`] : []),
  ];
  const note = strict ? "" : `Not byte for byte the official files (md5): ${rest}.`;
  return { findings, official: others.length === 0, checked, note };
}

/** Images of `file` that are also, and earlier, in `other`; the first of them by its record in either. */
interface Repeat {
  readonly file: string;
  readonly other: string;
  readonly example: readonly [number, number];
  count: number;
}

interface Repeats {
  readonly within: readonly Repeat[];
  readonly shared: readonly Repeat[];
}

function countRepeats({ train, test }: CifarSetRead): Repeats {
  const files = [...train.files, ...test.files];
  const ends: number[] = [];
  for (const { records } of files) ends.push((ends.at(-1) ?? 0) + records);
  const placeOf = (image: number) => {
    const file = ends.findIndex((end) => image < end);
    return { file, record: image - (ends[file] as number) + (files[file] as { records: number }).records };
  };
  const first = firstOccurrences([train.images, test.images], imageBytes(cifarShape));
  const trainFiles = train.files.length;
  const found = new Map<string, Repeat & { readonly shared: boolean }>();
  first.forEach((source, image) => {
    if (source === image) return;
    const [here, there] = [placeOf(image), placeOf(source)];
    const key = `${here.file},${there.file}`;
    const known = found.get(key);
    if (known) known.count += 1;
    else {
      const names = { file: files[here.file]?.name ?? "", other: files[there.file]?.name ?? "" };
      const shared = here.file >= trainFiles && there.file < trainFiles;
      found.set(key, { ...names, example: [here.record, there.record], count: 1, shared });
    }
  });
  const all = [...found.values()].sort((a, b) => b.count - a.count);
  return { within: all.filter((r) => !r.shared), shared: all.filter((r) => r.shared) };
}

const total = (repeats: readonly Repeat[]) => repeats.reduce((sum, { count }) => sum + count, 0);

function repeatFindings(content: CifarContent, { within, shared }: Repeats): Finding[] {
  const describe = ({ file, other, example: [record, source], count }: Repeat) =>
    file === other
      ? `${count} in ${file} itself (record ${record} is record ${source} again)`
      : `${count} of ${file} that are also in ${other} (record ${record} is record ${source} there)`;
  const clause = (repeats: readonly Repeat[], must: string): Finding => ({
    files: [...new Set(repeats.flatMap(({ file, other }) => (file === other ? [file] : [file, other])))],
    text: `${must}, got ${repeats.map(describe).join(", ")}`,
  });
  const bound = (most: number) => (most === 0 ? "no image" : `at most ${most} images`);
  const findings: Finding[] = [];
  if (total(within) > content.repeatsAtMost)
    findings.push(clause(within, `${bound(content.repeatsAtMost)} must come twice`));
  if (total(shared) > content.sharedAtMost)
    findings.push(clause(shared, `${bound(content.sharedAtMost)} must be in the training and the test set`));
  return findings;
}

function repeatText(repeats: Repeats | null): string[] {
  if (!repeats) return [];
  const [twice, both] = [total(repeats.within), total(repeats.shared)];
  const say = (count: number) => (count === 0 ? "no image" : `${count} images`);
  return [`${say(twice)} there twice, ${say(both)} in both the training and the test set`];
}

function countClasses(labels: Uint8Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  return counts;
}

function classFindings(
  { what, classes }: CifarLabelContent,
  byte: number,
  part: CifarPart,
  perClass: number,
  which: "training" | "test",
): Finding[] {
  const labels = part.labels[byte] as Uint8Array;
  const wrong = countClasses(labels, classes).flatMap((count, c) =>
    count === perClass ? [] : [{ count, c }],
  );
  if (wrong.length === 0) return [];
  wrong.sort((a, b) => Math.abs(b.count - perClass) - Math.abs(a.count - perClass));
  let at = 0;
  const uneven = part.files.map(({ name, records }) => {
    const counts = countClasses(labels.subarray(at, at + records), classes);
    at += records;
    return { name, sum: counts.reduce((sum, count) => sum + Math.abs(count - records / classes), 0) };
  });
  uneven.sort((a, b) => b.sum - a.sum);
  const worst = uneven[0]?.name ?? "";
  const got = wrong.slice(0, 3).map(({ count, c }) => `${count} of ${what} ${c}`);
  const more = wrong.length > 3 ? ` and others (${wrong.length} in all)` : "";
  const where = uneven.length > 1 ? `; the most uneven file is ${worst}` : "";
  return [
    {
      files: [worst],
      text: `${part.files.map(({ name }) => name).join(", ")} must hold ${perClass} ${which} images of each ${what}, got ${got.join(", ")}${more}${where}`,
    },
  ];
}

/** Every fine class (second label byte) must go with one coarse class (first). */
function groupFindings({ train, test }: CifarSetRead): Finding[] {
  const seen = new Map<number, { coarse: number; file: string; record: number }>();
  for (const part of [train, test]) {
    const [coarse, fine] = part.labels as readonly [Uint8Array, Uint8Array];
    let at = 0;
    for (const { name, records } of part.files) {
      for (let record = 0; record < records; record++, at++) {
        const group = coarse[at] as number;
        const known = seen.get(fine[at] as number);
        if (!known) seen.set(fine[at] as number, { coarse: group, file: name, record });
        else if (known.coarse !== group) {
          const text =
            `every fine class must have one coarse class, got ${known.coarse} (record ${known.record} of ${known.file}) ` +
            `and ${group} (record ${record} of ${name}) for fine class ${fine[at]}`;
          return [{ files: [...new Set([known.file, name])], text }];
        }
      }
    }
  }
  return [];
}
