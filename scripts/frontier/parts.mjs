// Parts of pages that are made from records, between two comments.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { write } from "./files.mjs";
import { root } from "./library.mjs";

/** The part with the comments around it. */
export const marked = (name, text) => `<!-- ${name} -->\n\n${text}\n\n<!-- /${name} -->`;

/** A page with the part of that name anew. */
export function withPart(page, name, text) {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(open), page.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`The page lacks ${open} … ${close}.`);
  return page.slice(0, from) + marked(name, text) + page.slice(to + close.length);
}

/** Writes it, whole or not at all. */
export function writePart(file, name, text) {
  const path = join(root, file);
  write(path, withPart(readFileSync(path, "utf8"), name, text));
  console.log(file);
}
