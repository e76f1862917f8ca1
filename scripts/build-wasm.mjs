// Compiles the kernels of the packed engine (lib/packed/wasm/assembly, AssemblyScript) into lib/packed/wasm/generated/binaries.ts: two
// forms, with and without relaxed SIMD, each for memory that threads share. `--force` compiles even if nothing is newer.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, "lib/packed/wasm");
const target = join(folder, "generated/binaries.ts");
const forms = { plain: "simd,threads", relaxed: "simd,threads,relaxed-simd" };

function newestSource() {
  const sources = readdirSync(join(folder, "assembly")).map((name) => join(folder, "assembly", name));
  const compiler = join(root, "node_modules/assemblyscript/package.json");
  return Math.max(
    ...[...sources, join(folder, "fields.ts"), fileURLToPath(import.meta.url), compiler].map(
      (file) => statSync(file).mtimeMs,
    ),
  );
}

/** One binary, as bytes. */
async function compile(asc, features) {
  let binary = null;
  const { error, stderr } = await asc.main(
    [
      "assembly/kernels.ts",
      "--outFile",
      "kernels.wasm",
      "--optimizeLevel",
      "3",
      "--runtime",
      "stub",
      "--noAssert",
      "--importMemory",
      "--sharedMemory",
      "--initialMemory",
      "1",
      "--maximumMemory",
      "65536",
      "--enable",
      features,
      // Addresses have 32 bits: integers of both kinds are mixed on purpose.
      "--disableWarning",
      "201",
    ],
    {
      readFile: (name, base) => {
        const path = resolve(base, name);
        return existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : null;
      },
      writeFile: (name, contents) => {
        if (name.endsWith(".wasm")) binary = Buffer.from(contents);
      },
    },
  );
  if (error || !binary) throw new Error(`build-wasm: the kernels do not compile.\n${stderr.toString()}`);
  return binary;
}

export async function buildWasm(force = false) {
  if (!existsSync(join(root, "node_modules/assemblyscript"))) {
    console.log(
      "build-wasm: AssemblyScript is not installed (production install?); the kernels are left as they are.",
    );
    return;
  }
  if (!force && existsSync(target) && statSync(target).mtimeMs >= newestSource()) return;
  const asc = await import("assemblyscript/asc");
  const here = process.cwd();
  process.chdir(folder);
  let text = "// Made by scripts/build-wasm.mjs from ../assembly. Base64 of WebAssembly.\n";
  try {
    for (const [name, features] of Object.entries(forms)) {
      text += `export const ${name} =\n  "${(await compile(asc, features)).toString("base64")}";\n`;
    }
  } finally {
    process.chdir(here);
  }
  mkdirSync(dirname(target), { recursive: true });
  const partial = `${target}.${process.pid}.partial`;
  writeFileSync(partial, text);
  renameSync(partial, target);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWasm(process.argv.includes("--force"));
