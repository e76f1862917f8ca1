import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** One name of the public face. */
export interface PublicName {
  /** As a notebook writes it behind `bars.`: `search`, `figures.lossFigure`. */
  readonly place: string;
  readonly name: string;
  readonly typeOnly: boolean;
  /** The file that declares it, relative to lib/. */
  readonly file: string;
  /** The comment in front of its declaration, with its marks; "" where there is none. */
  readonly doc: string;
}

const lib = resolve(__dirname, "../../lib");

/** Everything `import * as bars from "bars"` reaches, read from the sources; namespaces themselves are left out. */
export function publicNames(): PublicName[] {
  return namesOf(join(lib, "index.ts"), "");
}

/** Names of the namespaces. */
export function publicNamespaces(): string[] {
  return [...read("index.ts").matchAll(/export \* as (\w+) from "\.\/public\//g)].map(
    ([, name]) => name as string,
  );
}

function read(file: string): string {
  return readFileSync(resolve(lib, file), "utf8");
}

function namesOf(file: string, prefix: string): PublicName[] {
  const source = readFileSync(file, "utf8");
  const found: PublicName[] = [];
  for (const [, allTypes, list, specifier] of source.matchAll(/export (type )?\{([^}]*)\} from "([^"]+)"/g)) {
    for (const entry of (list as string)
      .split(",")
      .map((text) => text.trim())
      .filter(Boolean)) {
      const name = entry.replace(/^type /, "");
      const declared = declaration(sourceFile(file, specifier as string), name);
      const typeOnly = allTypes !== undefined || entry.startsWith("type ");
      found.push({ place: `${prefix}${name}`, name, typeOnly, ...declared });
    }
  }
  for (const [, namespace, specifier] of source.matchAll(/export \* as (\w+) from "(\.\/public\/[^"]+)"/g))
    found.push(...namesOf(sourceFile(file, specifier as string), `${namespace}.`));
  return found;
}

function sourceFile(from: string, specifier: string): string {
  const path = resolve(dirname(from), specifier);
  return existsSync(`${path}.ts`) ? `${path}.ts` : join(path, "index.ts");
}

/** Where a name is declared, through files that only pass it on, and the comment in front of it. */
function declaration(file: string, name: string): { readonly file: string; readonly doc: string } {
  const source = readFileSync(file, "utf8");
  const at = new RegExp(
    `^export (?:declare )?(?:async )?(?:abstract )?(?:function\\*?|const|class|interface|type) ${name}\\b`,
    "m",
  ).exec(source);
  if (at) {
    const before = source.slice(0, at.index);
    return {
      file: relative(lib, file),
      doc: /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(before)?.[0].trim() ?? "",
    };
  }
  const passed = new RegExp(`export (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\} from "([^"]+)"`).exec(source);
  if (passed) return declaration(sourceFile(file, passed[1] as string), name);
  const whole = new RegExp(`((?:/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\s*)?)export \\* as ${name} from`).exec(
    source,
  );
  if (whole) return { file: relative(lib, file), doc: (whole[1] as string).trim() };
  throw new Error(`${relative(lib, file)}: expected a declaration of ${name}, found none.`);
}
