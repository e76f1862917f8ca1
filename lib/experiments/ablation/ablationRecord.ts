import { existsSync } from "node:fs";
import { checkRecordForm, readRecordJson } from "../../records/readRecord";
import { versionsShape } from "../../records/recordShapes";
import { sealedText } from "../../records/seal";
import { writeFileAtomic } from "../../util/atomicFile";
import { RecordError } from "../../util/errors";
import {
  amount,
  count,
  finite,
  listOf,
  misshapen,
  nullable,
  objectOf,
  oneOf,
  type Shape,
  sha256Text,
  share,
  text,
} from "../../util/shape";
import { type Ablation, ablationKinds } from "./ablation";

/** How ablations were measured. What decides their numbers beside the run they belong to. */
export interface AblationSettings {
  /** Epochs of fine-tuning; 0 for none. */
  readonly epochs: number;
  /** Of the fine-tuning, falling to 0 by a cosine. */
  readonly learningRate: number;
  /** Batches from which batch norms' statistics are taken anew before every measurement. */
  readonly recalibrationBatches: number;
  readonly images: "test" | "validation";
}

/** Which images a network classified correctly: one bit an image, in their order, the first highest, as base64. */
export interface StoredAnswers {
  readonly images: number;
  readonly loss: number;
  readonly correct: string;
}

/** One network, changed or not, measured. */
export interface AblationEntry {
  /** Null for the network as it was trained. */
  readonly ablation: Ablation | null;
  /** Share of the parameters that were carried over from the trained network. */
  readonly carried: number;
  readonly before: StoredAnswers;
  /** After fine-tuning; null without. */
  readonly after: StoredAnswers | null;
}

/** The ablations of one run so far. Plain JSON. */
export interface AblationRecord {
  readonly kind: "bars.ablation-record";
  /** 3: statistics pooled over augmented images (`trainRecalibration`). 2, of images as they are, is not read any more. */
  readonly schema: 3;
  /** Of the training. */
  readonly configHash: string;
  readonly versions: { readonly bars: string; readonly node: string };
  readonly settings: AblationSettings;
  readonly entries: readonly AblationEntry[];
}

const answersFields = objectOf<StoredAnswers>({ images: count, loss: finite, correct: text });
const answers: Shape<StoredAnswers> = {
  check(value, at) {
    answersFields.check(value, at);
    const { images, correct } = value as StoredAnswers;
    const bytes = Math.ceil(images / 8);
    const whole = Buffer.from(correct, "base64");
    if (whole.length !== bytes || whole.toString("base64") !== correct)
      throw misshapen(
        `${at}.correct`,
        `${bytes} bytes as base64, one bit for each of ${images} images`,
        correct,
      );
  },
};

const form = {
  what: "a record of ablations",
  kind: "bars.ablation-record",
  schema: 3,
  shape: objectOf<AblationRecord>({
    kind: oneOf(["bars.ablation-record"]),
    schema: oneOf([3]),
    configHash: sha256Text,
    versions: versionsShape,
    settings: objectOf<AblationSettings>({
      epochs: count,
      learningRate: amount,
      recalibrationBatches: count,
      images: oneOf(["test", "validation"]),
    }),
    entries: listOf(
      objectOf<AblationEntry>({
        ablation: nullable(objectOf<Ablation>({ kind: oneOf(ablationKinds), target: text })),
        carried: share,
        before: answers,
        after: nullable(answers),
      }),
    ),
  }),
} as const;

/**
 * The record in a file, or null where there is none yet.
 * @throws RecordError if it belongs to another run or was measured otherwise, and for the first field that is not what
 * it must be.
 */
export function readAblationRecord(
  path: string,
  configHash: string,
  settings: AblationSettings,
): AblationRecord | null {
  if (!existsSync(path)) return null;
  const record = checkRecordForm(readRecordJson(path, form.what), form, path);
  if (record.configHash !== configHash) {
    throw new RecordError(`${path}: holds the ablations of another training. Choose another folder.`);
  }
  const keys = Object.keys(settings) as (keyof AblationSettings)[];
  const other = keys.find((key) => record.settings[key] !== settings[key]);
  if (other !== undefined) {
    throw new RecordError(
      `${path}: holds ablations measured with ${other} ${record.settings[other]}, asked for now: ${settings[other]}. Choose another folder, or the same settings.`,
    );
  }
  return record;
}

export function writeAblationRecord(path: string, record: AblationRecord): void {
  writeFileAtomic(path, sealedText(record));
}

/** Ones and zeros as bits. */
export function packAnswers(correct: Uint8Array): string {
  const bytes = new Uint8Array(Math.ceil(correct.length / 8));
  correct.forEach((right, i) => {
    if (right) bytes[i >> 3] = (bytes[i >> 3] as number) | (0x80 >> (i & 7));
  });
  return Buffer.from(bytes).toString("base64");
}

export function unpackAnswers({ images, correct }: StoredAnswers): Uint8Array {
  const bytes = Buffer.from(correct, "base64");
  return Uint8Array.from({ length: images }, (_, i) => ((bytes[i >> 3] ?? 0) >> (7 - (i & 7))) & 1);
}
