import { sha256 } from "@noble/hashes/sha2";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils";

/**
 * JSON with object keys in alphabetical order and no white space: equal values give equal text, whatever the
 * order they were built in. `undefined` fields are left out; NaN and infinities are refused.
 *
 * @throws TypeError for a number that JSON cannot hold.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/**
 * SHA-256 of the canonical JSON, as 64 hexadecimal digits. In plain JavaScript, not by `node:crypto`: pages that derive
 * (`lib/page`) name architectures by the same code.
 */
export function hashJson(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));
}

function sorted(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new TypeError(`canonicalJson: expected a finite number, got ${value}.`);
  }
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}
