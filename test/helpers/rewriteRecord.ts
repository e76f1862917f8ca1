import { readFileSync, writeFileSync } from "node:fs";
import { sealedText, unsealed } from "../../lib/records/seal";

/** Changes a stored record as a writer of it would: with the hash of its new content. */
export function rewriteRecord(
  path: string,
  // biome-ignore lint/suspicious/noExplicitAny: JSON
  change: (record: any) => object,
): void {
  writeFileSync(path, sealedText(change(unsealed(JSON.parse(readFileSync(path, "utf8")), path))));
}
