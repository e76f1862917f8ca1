import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils";
import { deflateSync, Inflate } from "fflate";
import { headerDictionary } from "./headerDictionary";

const dictionary = utf8ToBytes(headerDictionary);
/** Bytes of a header's text that no model needs; what unpacks to more is no header. */
const mostText = 2 ** 24;
/** Deflated bytes taken at a time: they unpack to some 4 MB at most. */
const portion = 4096;
/** Stands in the text for a hash, whose 32 bytes stand before it: no deflating makes random digits smaller. JSON has no such letter. */
const hashMark = "\u0001";
const hashBytes = 32;

/**
 * JSON as it stands in a file of version 2: a byte that counts hashes (texts of 64 hexadecimal digits), the 32 bytes of each, and the
 * text in UTF-8 with the letter U+0001 for each of them, deflated (RFC 1951) with {@link headerDictionary}.
 */
export function packedText(text: string): Uint8Array {
  const hashes: string[] = [];
  const marked = text.replace(/"([0-9a-f]{64})"/g, (whole, hash: string) => {
    if (hashes.length === 255) return whole;
    hashes.push(hash);
    return `"${hashMark}"`;
  });
  const deflated = deflateSync(utf8ToBytes(marked), { level: 9, mem: 4, dictionary });
  const start = 1 + hashBytes * hashes.length;
  const bytes = new Uint8Array(start + deflated.length);
  bytes[0] = hashes.length;
  for (const [i, hash] of hashes.entries()) bytes.set(hexToBytes(hash), 1 + hashBytes * i);
  bytes.set(deflated, start);
  return bytes;
}

/**
 * Undoes {@link packedText}.
 * @throws Error for bytes that are not deflated, or that unpack to more than 16 MB, to no UTF-8, or to another number of hashes.
 */
export function unpackedText(bytes: Uint8Array): string {
  const start = 1 + hashBytes * (bytes[0] ?? 0);
  if (bytes.length <= start) throw new Error("it is too short");
  const parts = inflatedText(bytes.subarray(start)).split(hashMark);
  if (parts.length - 1 !== bytes[0])
    throw new Error(`it should have ${bytes[0]} hashes, got ${parts.length - 1}`);
  return parts.map((part, i) => part + (i < parts.length - 1 ? bytesToHex(hashAt(bytes, i)) : "")).join("");
}

const hashAt = (bytes: Uint8Array, i: number) => bytes.subarray(1 + hashBytes * i, 1 + hashBytes * (i + 1));

function inflatedText(bytes: Uint8Array): string {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let length = 0;
  const inflate = new Inflate({ dictionary }, (chunk, last) => {
    length += chunk.length;
    if (length > mostText) throw new Error(`it unpacks to more than ${mostText} bytes`);
    text += decoder.decode(chunk, { stream: !last });
  });
  for (let at = 0; at < bytes.length; at += portion)
    inflate.push(bytes.subarray(at, at + portion), at + portion >= bytes.length);
  return text;
}
