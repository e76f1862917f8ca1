import { hashJson } from "../util/canonicalJson";
import { RecordError } from "../util/errors";
import { damagedRemedy } from "../util/shape";
import { showValue } from "../util/showValue";
import { recordText, rejectNonFinite } from "./recordText";

/** What a file says of its own content: SHA-256 of the canonical JSON of everything else in it. */
export interface Sealed {
  readonly contentHash: string;
}

/**
 * A record with the hash of its content, as files hold it: a bit that turns in a loss or an alpha leaves good JSON, and
 * another result.
 *
 * @throws DivergenceError that names the first number that is not finite (`recordText`).
 */
export function sealed<T extends object>(record: T): T & Sealed {
  rejectNonFinite(record);
  return { ...record, contentHash: hashJson(record) };
}

function shortened(hash: unknown): string {
  return typeof hash === "string" && hash.length > 12 ? `"${hash.slice(0, 12)}…"` : showValue(hash);
}

/** The text of a record's file, sealed. */
export function sealedText(record: object, indent: 0 | 1 = 1): string {
  return `${recordText(sealed(record), indent)}\n`;
}

/**
 * What a file holds, without its seal. Files without one are taken as they are: earlier versions wrote none, and what is
 * written by hand has none.
 *
 * @throws RecordError if the content does not have the hash the file states.
 */
export function unsealed(value: unknown, place: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "contentHash")) return value;
  const { contentHash, ...content } = value as Sealed;
  const hash = hashJson(content);
  if (contentHash === hash) return content;
  throw new RecordError(
    `${place}: contentHash must be the hash of all else in it, "${hash.slice(0, 12)}…", got ${shortened(contentHash)}. ${damagedRemedy} Who changes it knowingly takes contentHash out.`,
  );
}
