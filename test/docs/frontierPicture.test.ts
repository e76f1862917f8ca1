import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { readProvenance } from "../../lib/figures/export/provenanceFile";
import type { RunPoint } from "../../lib/frontier/runPoint";

interface Picture {
  pictured(): RunPoint[];
  readmePart(runs: readonly RunPoint[]): string;
  withPart(readme: string, part: string): string;
}

const picture = (): Promise<Picture> =>
  import(/* @vite-ignore */ pathToFileURL("scripts/frontier/picture.mjs").href) as Promise<Picture>;

it("is of the records that are there, and so is what the README says below it", async () => {
  const { pictured, readmePart, withPart } = await picture();
  const runs = pictured();
  const readme = readFileSync("README.md", "utf8");
  const again = "node scripts/frontier/picture.mjs makes it again";
  expect(withPart(readme, readmePart(runs)) === readme, again).toBe(true);
  const shown = readProvenance("docs/public/frontier.png");
  expect([...(shown?.configHashes ?? [])].sort(), again).toEqual(runs.map(({ run }) => run).sort());
  // The first picture of the README.
  expect(/!\[[^\]]*\]\(([^)]+)\)/.exec(readme)?.[1]).toBe("docs/public/frontier.png");
});

it("says where the README lacks the place for it", async () => {
  const { withPart } = await picture();
  expect(() => withPart("# bars\n", "")).toThrow("README.md lacks <!-- frontier -->");
});
