import { BarsError } from "../../util/errors";

/** Whether these are the bytes of a PDF document. */
export function isPdf(bytes: Buffer): boolean {
  return bytes.toString("latin1", 0, 5) === "%PDF-";
}

/**
 * A PDF document with another information dictionary, appended as an incremental update: the document's own bytes
 * stay as they are.
 *
 * @param info entries such as `Title`; names are letters. Any text.
 * @throws BarsError if the document has no classic cross-reference table.
 */
export function withPdfInfo(pdf: Buffer, info: Readonly<Record<string, string>>): Buffer {
  const tail = pdf.toString("latin1");
  const start = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(tail)?.[1];
  const trailer = tail.slice(tail.lastIndexOf("trailer"));
  const size = /\/Size\s+(\d+)/.exec(trailer)?.[1];
  const root = /\/Root\s+(\d+\s+\d+\s+R)/.exec(trailer)?.[1];
  if (start === undefined || size === undefined || root === undefined || !isPdf(pdf)) {
    throw new BarsError("withPdfInfo: expected a PDF document with a cross-reference table, found none.");
  }
  const id = /\/ID\s*\[[^\]]*\]/.exec(trailer)?.[0];
  const number = Number(size);
  const entries = Object.entries(info).map(([name, text]) => `/${name} ${pdfString(text)}`);
  const gap = tail.endsWith("\n") ? "" : "\n";
  const object = `${gap}${number} 0 obj\n<<\n${entries.join("\n")}\n>>\nendobj\n`;
  const objectAt = pdf.length + gap.length;
  const tableAt = pdf.length + object.length;
  const update = [
    `xref\n${number} 1\n${String(objectAt).padStart(10, "0")} 00000 n \n`,
    `trailer\n<<\n/Size ${number + 1}\n/Root ${root}\n/Info ${number} 0 R\n/Prev ${start}\n${id ? `${id}\n` : ""}>>\n`,
    `startxref\n${tableAt}\n%%EOF\n`,
  ];
  return Buffer.concat([pdf, Buffer.from(object + update.join(""), "latin1")]);
}

/** An entry of a PDF document's last information dictionary; null where it is not there or compressed. */
export function pdfInfo(pdf: Buffer, name: string): string | null {
  const text = pdf.toString("latin1");
  const at = text.lastIndexOf(`/${name} `);
  if (at < 0) return null;
  const value = text.slice(at + name.length + 2);
  const hex = /^<([0-9A-Fa-f]*)>/.exec(value)?.[1];
  if (hex !== undefined) {
    const bytes = Buffer.from(hex, "hex");
    return bytes.subarray(2).swap16().toString("utf16le");
  }
  const literal = /^\(((?:[^\\()]|\\[\s\S])*)\)/.exec(value)?.[1];
  return literal === undefined ? null : literal.replaceAll(/\\([\s\S])/g, "$1");
}

/** A text as a PDF string: plain where it is ASCII, else UTF-16 with its mark. */
function pdfString(text: string): string {
  if (/^[ -~]*$/.test(text)) return `(${text.replaceAll(/[\\()]/g, "\\$&")})`;
  const utf16 = Buffer.from(`\ufeff${text}`, "utf16le").swap16();
  return `<${utf16.toString("hex").toUpperCase()}>`;
}
