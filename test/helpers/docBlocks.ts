import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(__dirname, "../..");
const run = promisify(execFile);

/**
 * The fenced `ts` blocks of a Markdown page, in order. A block that begins "```ts no-run" only shows something, and is
 * left out.
 */
export function docBlocks(page: string): string[] {
  return [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code as string);
}

/** What the blocks of a page printed. */
export interface DocRun {
  readonly blocks: number;
  /** Lines of its standard output. */
  readonly printed: readonly string[];
}

/**
 * Compiles, with all checks of types, and runs the `ts` blocks of a page as its reader would: one after the other as one
 * module, in a process and an empty folder of its own, with the compiled library as "bars". What a block declares, the
 * later ones see; imports that several blocks repeat count once.
 *
 * @param path from the project's folder, e.g. "docs/add-your-own/primitive.md".
 * @param folder where to run it: kept, where given, for a test that looks at what the blocks wrote.
 * @throws Error with the compiler's words, or with what the process printed, where it fails.
 */
export async function runDocBlocks(path: string, folder?: string): Promise<DocRun> {
  const blocks = docBlocks(readFileSync(join(root, path), "utf8"));
  if (blocks.length === 0) throw new Error(`${path}: expected fenced ts blocks, found none.`);
  const place = folder ?? mkdtempSync(join(tmpdir(), "bars-page-"));
  try {
    symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
    writeFileSync(join(place, "page.mts"), joined(blocks));
    await compiled(path, place);
    const { stdout } = await execute(path, place, [join(place, "page.mjs")]);
    return { blocks: blocks.length, printed: stdout.split("\n").filter((line) => line !== "") };
  } finally {
    if (folder === undefined) rmSync(place, { recursive: true, force: true });
  }
}

/** Blocks as one module: imports first, each once. */
function joined(blocks: readonly string[]): string {
  const imports = new Set<string>();
  const rest = blocks.map((code) =>
    code.replace(/^import\s[^;]*;\n/gm, (line) => {
      imports.add(line);
      return "";
    }),
  );
  return [...imports, ...rest, "export {};\n"].join("\n");
}

async function compiled(path: string, place: string): Promise<void> {
  const options = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { noEmit: false, noUnusedLocals: false, rootDir: ".", outDir: ".", paths: {} },
    files: ["page.mts"],
    include: [],
  };
  writeFileSync(join(place, "tsconfig.json"), JSON.stringify(options));
  await execute(path, place, [join(root, "node_modules/typescript/bin/tsc"), "-p", "."]);
}

async function execute(path: string, place: string, args: readonly string[]) {
  try {
    return await run(process.execPath, [...args], { cwd: place, maxBuffer: 2 ** 24 });
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout: string; stderr: string };
    throw new Error(`${path}: its ts blocks failed.\n${stdout}\n${stderr}`, { cause });
  }
}
