import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { builtInStrategies } from "../lib/config/strategies/strategies";
import { builtInPrimitives } from "../lib/primitives/builtIn";
import { root, scriptModule } from "./scripts/scriptModule";

interface Counts {
  sourcesIn(folder: string): string[];
  filesNaming(spelled: RegExp): string[];
}
let counts: Counts;
beforeAll(async () => {
  counts = await scriptModule<Counts>("house-counts.mjs");
});

/** Compiles a copy of the library with some files changed or added: the files with errors, relative to lib/. */
function filesWithErrors(changes: Readonly<Record<string, (source: string) => string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), "bars-house-"));
  try {
    for (const part of ["lib", "packages/tfjs-onnxruntime/src"]) {
      for (const file of counts.sourcesIn(join(root, part))) {
        const copy = join(folder, relative(root, file));
        mkdirSync(dirname(copy), { recursive: true });
        copyFileSync(file, copy);
      }
    }
    for (const file of ["lib/package.json", "packages/tfjs-onnxruntime/package.json", "tsconfig.json"])
      copyFileSync(join(root, file), join(folder, file));
    for (const modules of ["node_modules", "lib/node_modules"])
      symlinkSync(join(root, modules), join(folder, modules));
    for (const [file, change] of Object.entries(changes)) {
      const path = join(folder, "lib", file);
      const before = counts.sourcesIn(join(folder, "lib")).includes(path) ? readFileSync(path, "utf8") : "";
      const after = change(before);
      if (after === before) throw new Error(`nothing to change in ${file}`);
      writeFileSync(path, after);
    }
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = spawnSync(
      process.execPath,
      [compiler, "--noEmit", "-p", folder, "--pretty", "false"],
      {
        encoding: "utf8",
        cwd: folder,
      },
    );
    return [...new Set([...stdout.matchAll(/^lib\/(\S+?)\(\d+/gm)].map(([, file]) => file as string))].sort();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("what one more variant of the library touches", () => {
  it("a primitive 2 files, a strategy 4, a data set 3: the compiler names those that are missing", () => {
    const started = {
      "primitives/builtIn.ts": (source: string) =>
        source.replace(
          "export const builtInPrimitives = {",
          `$&\n  bin_conv_7x7: { name: "bin_conv_7x7", ...binaryConvolution({ kernel: 7 }), look: { color: "#111111", dash: "1 1", side: "above" }, awnas: { read: [], written: () => null } },`,
        ),
      "config/strategies/strategies.ts": (source: string) =>
        source
          .replace("export const builtInStrategies = {", "$&\n  patience,")
          .replace(/^import/, 'import { patience } from "./patience";\nimport'),
      "config/strategies/patience.ts": () =>
        `import { integer } from "../section";
import { strategy } from "./strategy";

export const patience = strategy({
  name: "patience",
  setting: integer({ default: 0, min: 0, meaning: "Epochs to wait." }),
  guide: [{ name: "patience", settings: [], formula: "", defaults: "", source: "", use: "" }],
});
`,
      "config/datasets.ts": (source: string) =>
        source.replace(
          "export const builtInDatasets = {",
          `$&\n  digits: { name: "digits", title: "Digits", about: "Ten.", classes: 10, imageSize: 28, channels: 1 },`,
        ),
    };
    // The table of the settings is written; what is left are the tables of what variants do, and a file of the strategy's
    // hooks and of the data set's reader behind two of them: 1 + 1, 2 + 1 + 1 and 1 + 1 + 1 files.
    expect(filesWithErrors(started)).toEqual([
      "data/datasets/datasetOf.ts",
      "layers/buildOperation.ts",
      "search/strategies/hooks.ts",
    ]);
  }, 300_000);

  // Settings and studies that choose some, the parts of a cell that are always there, and the letters of a file format.
  const choosing =
    /^(experiments\/|config\/strategies\/|config\/(presets|spaceConfig)\.ts|cli\/benchCommand\.ts|packed\/headerDictionary\.ts)|cellCost|[nN]etworkCell|supernetCell|cellDiagram/;

  it("no other file names a primitive", () => {
    const names = Object.keys(builtInPrimitives).filter((name) => name !== "none");
    const found = names.flatMap((name) => counts.filesNaming(new RegExp(`\\b${name}\\b`)));
    expect([...new Set(found)].filter((file) => !choosing.test(file)).sort()).toEqual([
      "layers/buildOperation.ts",
      "primitives/builtIn.ts",
    ]);
  });

  it("no other file asks whether a strategy is on", () => {
    const names = Object.keys(builtInStrategies);
    const found = counts.filesNaming(new RegExp(`strategies\\??\\.(${names.join("|")})\\b`));
    expect(found.filter((file) => !choosing.test(file))).toEqual([]);
  });
});
