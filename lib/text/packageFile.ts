import { createRequire } from "node:module";

/** Resolves and loads packages this library depends on, late: the drawing ones take seconds to load. */
const packageRequire = createRequire(__filename);

/** Absolute path of a file inside an installed package, e.g. `"dejavu-fonts-ttf/package.json"`. */
export function packageFile(specifier: string): string {
  return packageRequire.resolve(specifier);
}

/** Loads a package now. The caller states its type. */
export function loadPackage<T>(name: string): T {
  return packageRequire(name) as T;
}
