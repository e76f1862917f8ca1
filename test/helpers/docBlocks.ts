import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
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

/** Pages that are compiled. */
export interface CompiledPages {
  /** Runs the blocks of one of them, as {@link runDocBlocks} does. */
  run(path: string, folder?: string): Promise<DocRun>;
  /**
   * Runs some of them one after the other in one process, each in an empty folder: a reader's pages on different things do
   * not disturb each other, and the start of a process is paid for once. @returns what each printed, by its path.
   */
  runTogether(paths: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  remove(): void;
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
  const pages = await compileDocBlocks([path]);
  try {
    return await pages.run(path, folder);
  } finally {
    pages.remove();
  }
}

/**
 * Compiles the blocks of several pages in one go: the compiler takes most of its time to read the library's types.
 * @throws Error with the compiler's words, which name the page.
 */
export async function compileDocBlocks(paths: readonly string[]): Promise<CompiledPages> {
  const blocks = new Map(
    paths.map((path) => {
      const found = docBlocks(readFileSync(join(root, path), "utf8"));
      if (found.length === 0) throw new Error(`${path}: expected fenced ts blocks, found none.`);
      return [path, found] as const;
    }),
  );
  const place = mkdtempSync(join(tmpdir(), "bars-pages-"));
  const remove = () => rmSync(place, { recursive: true, force: true });
  try {
    symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
    for (const [path, found] of blocks) writeFileSync(join(place, `${nameOf(path)}.mts`), joined(found));
    await compiled(paths, place);
  } catch (error) {
    remove();
    throw error;
  }
  return {
    remove,
    async run(path, folder) {
      const own = folder ?? mkdtempSync(join(tmpdir(), "bars-page-"));
      try {
        symlinkSync(join(root, "node_modules"), join(own, "node_modules"));
        copyFileSync(join(place, `${nameOf(path)}.mjs`), join(own, "page.mjs"));
        const { stdout } = await execute(path, own, [join(own, "page.mjs")]);
        return { blocks: blocks.get(path)?.length ?? 0, printed: lines(stdout) };
      } finally {
        if (folder === undefined) rmSync(own, { recursive: true, force: true });
      }
    },
    async runTogether(some) {
      const steps = some.map((path) => {
        const own = mkdtempSync(join(place, "run-"));
        return `process.chdir(${JSON.stringify(own)});\nconsole.log(${JSON.stringify(`${mark}${path}`)});\nawait import("./${nameOf(path)}.mjs");\n`;
      });
      writeFileSync(join(place, "together.mjs"), steps.join(""));
      const { stdout } = await execute(some.join(", "), place, [join(place, "together.mjs")]);
      return new Map(
        stdout
          .split(mark)
          .slice(1)
          .map((part) => {
            const [path, ...printed] = lines(part);
            return [path as string, printed] as const;
          }),
      );
    },
  };
}

/** Before the path of a page, and what it prints, where several run in one process. */
const mark = "== page ";
const lines = (text: string) => text.split("\n").filter((line) => line !== "");
const nameOf = (path: string) => basename(path, ".md");

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

async function compiled(paths: readonly string[], place: string): Promise<void> {
  const options = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { noEmit: false, noUnusedLocals: false, rootDir: ".", outDir: ".", paths: {} },
    files: paths.map((path) => `${nameOf(path)}.mts`),
    include: [],
  };
  writeFileSync(join(place, "tsconfig.json"), JSON.stringify(options));
  await execute(paths.join(", "), place, [join(root, "node_modules/typescript/bin/tsc"), "-p", "."]);
}

async function execute(path: string, place: string, args: readonly string[]) {
  try {
    return await run(process.execPath, [...args], { cwd: place, maxBuffer: 2 ** 24 });
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout: string; stderr: string };
    throw new Error(`${path}: its ts blocks failed.\n${stdout}\n${stderr}`, { cause });
  }
}
