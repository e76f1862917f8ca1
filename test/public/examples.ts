import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { PublicName } from "./publicNames";

/** An example of a docstring. */
export interface Example {
  readonly place: string;
  readonly file: string;
  readonly code: string;
}

/** The fenced blocks behind `@example` in the docstrings of some names. */
export function examplesOf(names: readonly PublicName[]): Example[] {
  return names.flatMap(({ place, file, doc }) =>
    [...doc.matchAll(/@example[^`@]*```ts\n([\s\S]*?)```/g)].map(([, block]) => ({
      place,
      file,
      code: (block as string).replaceAll(/^ \* ?/gm, ""),
    })),
  );
}

/**
 * What an example says it prints: the comment behind each `console.log(…);`, in order; null where it has none.
 * @throws Error for a comment that says nothing.
 */
export function printedBy(code: string): (string | null)[] {
  return [...code.matchAll(/^\s*console\.log\(.*\);[ ]*(?:\/\/ ?(.*))?$/gm)].map(([, said]) => said ?? null);
}

/** Runs an example as a cell would be run, where code made of text imports modules by itself. @returns the lines it printed. */
export async function runExample(code: string, bars: object): Promise<string[]> {
  const printed: string[] = [];
  const log = (...parts: unknown[]) => {
    const line = parts.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(" ");
    printed.push(line);
  };
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<void>;
  const cell = code.replaceAll("await import(", "await imported(");
  const imported = (name: string) => import(name);
  await new AsyncFunction("bars", "console", "imported", cell)(bars, { ...console, log }, imported);
  return printed;
}

const root = resolve(__dirname, "../..");

/**
 * Checks the types of examples, as the notebook kernel does: not strictly.
 * @param folder an empty one with the project's packages.
 * @returns what the compiler says, with the example's place in front.
 */
export function typeErrors(examples: readonly Example[], folder: string): string[] {
  const cells = examples.map(({ code }) => `async () => {\n${code}\n};`);
  writeFileSync(join(folder, "examples.mts"), `import * as bars from "bars";\n${cells.join("\n")}`);
  const options = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      strict: false,
      exactOptionalPropertyTypes: false,
      noUncheckedIndexedAccess: false,
      noUnusedLocals: false,
    },
    files: ["examples.mts"],
    include: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [compiler, "-p", folder, "--pretty", "false"], {
    encoding: "utf8",
  });
  let line = 2;
  const starts = cells.map((cell) => {
    line += cell.split("\n").length;
    return line - cell.split("\n").length;
  });
  return stdout
    .split("\n")
    .filter((text) => text !== "" && !text.startsWith(" "))
    .map((text) => {
      const at = Number(/\((\d+),/.exec(text)?.[1] ?? 0);
      const which = starts.findLastIndex((start) => start <= at);
      return `${examples[which]?.place ?? "examples"}: ${text}`;
    });
}
