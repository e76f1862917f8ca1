/** What a binary file of this library's is, by its first bytes, and what to do with it; null for any other file. */
export function binaryKind(bytes: Buffer): string | null {
  if (bytes.toString("latin1", 0, 4) === "BARS") return 'a packed model. "bars inspect" says what is in it.';
  const isTensorFile =
    bytes.length > 10 &&
    bytes.readBigUInt64LE(0) <= BigInt(bytes.length - 8) &&
    bytes.toString("latin1", 8, 10) === '{"';
  return isTensorFile
    ? "weights or a checkpoint (safetensors). Give the folder of the run, or its record.json."
    : null;
}
