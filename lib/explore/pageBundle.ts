import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { BarsError } from "../util/errors";

/** What runs in pages, each bundled when the library is built (`lib/page/NAME/page.tsx`). */
export type PageName = "explore" | "runs" | "report";

const packed = new Map<PageName, string>();

/** The script of a page, plain. */
export function pageBundle(name: PageName): string {
  // Compiled, this file lies in dist/explore; as a source in lib/explore.
  const places = ["../bundles", "../dist/bundles"].map((folder) => join(__dirname, folder, `${name}.js`));
  const found = places.find(existsSync);
  if (found === undefined)
    throw new BarsError(
      `${places[0]}: expected the script of the page "${name}", found none. Build the library: npm run build.`,
    );
  return readFileSync(found, "utf8");
}

/** The script of a page, compressed by gzip, in base64. */
export function packedBundle(name: PageName): string {
  let text = packed.get(name);
  if (text === undefined) {
    text = gzipSync(pageBundle(name), { level: 9 }).toString("base64");
    packed.set(name, text);
  }
  return text;
}
