/** No file of the library nests deeper than a dozen levels. */
const deepest = 64;

/**
 * Parses JSON from outside; a byte order mark before it, as editors of Windows write, is left out. Refuses, beside text that is not JSON, what `JSON.parse` takes without a word: nesting
 * deeper than 64 levels (code that walks the value would run out of stack), a key given twice in one object (the
 * first value would be lost), the key `__proto__`, and numbers too large for a double (they would become Infinity).
 *
 * @throws SyntaxError that says what and where. Readers turn it into their own error, with the file's name.
 */
export function parseJson(marked: string): unknown {
  const text = marked.replace(/^\uFEFF/, "");
  // Before parsing: it needs no stack.
  const nested = nestedTooDeeply(text);
  if (nested !== null)
    throw new SyntaxError(`nested deeper than ${deepest} levels at character ${nested + 1}`);
  const value: unknown = JSON.parse(text);
  const key = repeatedKey(text);
  if (key !== null) throw new SyntaxError(`the key ${JSON.stringify(key)} is given twice in one object`);
  checkParsed(value, "");
  return value;
}

/** Where a text first opens more brackets than allowed; null where it does not. Signs inside of strings do not count. */
function nestedTooDeeply(text: string): number | null {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') at = endOfString(text, at);
    else if (sign === "[" || sign === "{") depth += 1;
    else if (sign === "]" || sign === "}") depth -= 1;
    if (depth > deepest) return at;
  }
  return null;
}

/** The first key that an object of a valid JSON text has twice; null where none has. */
function repeatedKey(text: string): string | null {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === "{") open.push(new Set());
    else if (sign === "[") open.push(null);
    else if (sign === "}" || sign === "]") open.pop();
    if (sign !== '"') continue;
    const end = endOfString(text, at);
    const keys = open.at(-1);
    let after = end + 1;
    while (/\s/.test(text[after] ?? "")) after += 1;
    if (keys && text[after] === ":") {
      const key = JSON.parse(text.slice(at, end + 1)) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
    at = end;
  }
  return null;
}

/** Place of the quotation mark that ends the string begun at `start`; the text's end where none does. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

function checkParsed(value: unknown, path: string): void {
  if (typeof value === "number" && !Number.isFinite(value))
    throw new SyntaxError(`${path === "" ? "it" : path} is a number too large to be read`);
  if (typeof value !== "object" || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    if (key === "__proto__") throw new SyntaxError('the key "__proto__" is not allowed');
    checkParsed(part, Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`);
  }
}
