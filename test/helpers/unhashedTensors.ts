import { readFileSync, writeFileSync } from "node:fs";

/** Copies a tensor file without the hash of its content, as files of the schema before have none. */
export function withoutHash(from: string, to: string, schema?: string): void {
  const bytes = readFileSync(from);
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, end));
  delete header.__metadata__.contentHash;
  if (schema !== undefined) header.__metadata__.schema = schema;
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(to, Buffer.concat([length, text, bytes.subarray(end)]));
}
