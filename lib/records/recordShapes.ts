import type { BackendInfo, BackendName } from "../backend";
import type { SpaceConfig } from "../config/spaceConfig";
import { alphaShapes, checkAlphas } from "../space/alphaShapes";
import type { Alphas } from "../space/alphas";
import type { Genotype } from "../space/genotype";
import { validateGenotype } from "../space/validateGenotype";
import { counted } from "../util/counted";
import { GenotypeError, RecordError } from "../util/errors";
import {
  acceptedBy,
  amount,
  finite,
  listOf,
  objectOf,
  oneOf,
  optional,
  type Shape,
  text,
  wholeFrom,
} from "../util/shape";
import type { Definition } from "../util/variantTable";
import { checkModelSpec, type ModelSpec } from "./modelSpec";

/** Shapes of the parts that several kinds of records have. */

/** Variants of the user's own that a run uses (`definedField`). */
export const definedShape = listOf(objectOf<Definition>({ kind: text, name: text, version: wholeFrom(1) }));

export const versionsShape = objectOf<{ readonly bars: string; readonly node: string }>({
  bars: text,
  node: text,
});

const engines = {
  "tfjs-node-gpu": true,
  onnx: true,
  "tfjs-node": true,
  wasm: true,
  cpu: true,
} satisfies Record<BackendName, true>;

export const backendShape = objectOf<BackendInfo>({
  name: oneOf(Object.keys(engines) as BackendName[]),
  version: text,
  device: text,
  threads: wholeFrom(1),
  passedOver: listOf(text),
});

export const genotypeShape: Shape<Genotype> = acceptedBy(validateGenotype);
export const modelSpecShape: Shape<ModelSpec> = acceptedBy(checkModelSpec);

/** Costs of one image. */
export interface Counts {
  readonly flops: number;
  readonly bops: number;
  readonly ops: number;
}
export const countsShape = objectOf<Counts>({ flops: amount, bops: amount, ops: amount });

/** Raw logits of any lengths; {@link checkAlphasOf} holds them against a space. */
export const alphasShape = objectOf<Alphas>({
  cells: listOf(listOf(listOf(finite))),
  depth: listOf(listOf(finite)),
  width: listOf(listOf(finite)),
  edges: optional(listOf(listOf(finite))),
});

/** @throws RecordError if alphas have other lengths than their space. */
export function checkAlphasOf(space: SpaceConfig, alphas: Alphas, place: string): void {
  try {
    checkAlphas(space, alphas, place);
  } catch (cause) {
    if (!(cause instanceof GenotypeError)) throw cause;
    throw new RecordError(cause.message, { cause });
  }
  if (alphas.edges === undefined) return;
  const { groups, edges } = alphaShapes(space);
  const wrong = alphas.edges.length !== groups || alphas.edges.findIndex((row) => row.length !== edges) >= 0;
  if (wrong) {
    const lengths = alphas.edges.map((row) => row.length).join(", ");
    throw new RecordError(
      `${place}.edges: expected ${groups} lists of ${edges} weights of edges, got lists of ${lengths || "nothing"}.`,
    );
  }
}

/** @throws RecordError unless the entries of a list are numbered from 0, each by its `key`. */
export function checkNumbered<K extends string>(
  entries: readonly { readonly [P in K]: number }[],
  key: K,
  place: string,
): void {
  const i = entries.findIndex((entry, at) => entry[key] !== at);
  if (i < 0) return;
  throw new RecordError(
    `${place}[${i}] should have ${key} ${i}, got ${entries[i]?.[key]}; the list must be whole and in order.`,
  );
}

/** @throws RecordError unless `value` is below `end`; null is. */
export function checkBelow(value: number | null | undefined, end: number, what: string, at: string): void {
  if (value === null || value === undefined || value < end) return;
  throw new RecordError(`${at} must be below ${end} (${what}), got ${value}.`);
}

/** @throws RecordError for a run that says it is finished and has fewer epochs, or other parts, than its settings ask for. */
export function checkFinished(
  status: string,
  done: number,
  all: number,
  place: string,
  part: string = "epoch",
): void {
  if (status !== "finished" || done === all) return;
  throw new RecordError(
    `${place}: status must not be "finished" with ${done} of ${counted(all, part)} of its settings; the record was cut or changed. Put back the file that was written, or run again in another folder.`,
  );
}
