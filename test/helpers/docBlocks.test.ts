import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { docBlocks, runDocBlocks } from "./docBlocks";
import { temporaryFolder } from "./tinySearch";

const folder = temporaryFolder();
const root = resolve(__dirname, "../..");

/** A page of its own, by its path from the project's folder. */
function page(name: string, ...blocks: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `# A page\n\n${blocks.map((code) => `Text.\n\n\`\`\`ts${code}\`\`\`\n`).join("\n")}`);
  return relative(root, path);
}

describe("the code blocks of a page", () => {
  it("are those of ts that are not marked as only shown", () => {
    const text =
      "```ts\nconst a = 1;\n```\n\n```sh\nls\n```\n\n```ts no-run\nwrong(\n```\n\n```ts\na;\n```\n";
    expect(docBlocks(text)).toEqual(["const a = 1;\n", "a;\n"]);
  });

  it("run in order as one module against the library, in a folder of their own", async () => {
    const path = page(
      "good.md",
      '\nimport * as bars from "bars";\nconst space = bars.space.spaceConfig({ steps: 2 });\n',
      '\nimport * as bars from "bars";\nimport { writeFileSync } from "node:fs";\nwriteFileSync("here.txt", "x");\nconsole.log(bars.space.edgesOf(space.steps).length);\n',
    );
    const place = join(folder, "kept");
    mkdirSync(place);
    expect(await runDocBlocks(path, place)).toEqual({ blocks: 2, printed: ["3"] });
    expect(readFileSync(join(place, "here.txt"), "utf8")).toBe("x");
  });

  it("fail by the compiler's words, by what they throw, and where there are none", async () => {
    const typed = page(
      "typed.md",
      '\nimport * as bars from "bars";\nconst steps: string = bars.space.edgesOf(2);\n',
    );
    await expect(runDocBlocks(typed)).rejects.toThrow(/its ts blocks failed\.[\s\S]*TS2322/);
    const thrown = page(
      "thrown.md",
      '\nimport * as bars from "bars";\nbars.space.spaceConfig({ steps: 0 });\n',
    );
    await expect(runDocBlocks(thrown)).rejects.toThrow("spaceConfig: steps must be an integer of at least 1");
    await expect(runDocBlocks(page("empty.md"))).rejects.toThrow("expected fenced ts blocks, found none");
  });
});
