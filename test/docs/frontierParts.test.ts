import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { readProvenance } from "../../lib/figures/export/provenanceFile";
import type { RunPoint } from "../../lib/frontier/runPoint";

interface Scripts {
  pictured(): RunPoint[];
  readmePart(runs: readonly RunPoint[]): string;
  glanceText(): string;
  missingText(): string;
  verdictText(folder?: string): string;
  earlyText(): string;
  withPart(page: string, name: string, text: string): string;
}

/** What `scripts/frontier` exports. */
async function scripts(): Promise<Scripts> {
  const parts = ["picture", "verdict", "parts"].map(
    (name) =>
      import(/* @vite-ignore */ pathToFileURL(`scripts/frontier/${name}.mjs`).href) as Promise<object>,
  );
  return Object.assign({}, ...(await Promise.all(parts)));
}

describe("parts of pages that are made from records", () => {
  it("the README begins with a picture of the records that are there, and says so below it", async () => {
    const { pictured, readmePart, withPart } = await scripts();
    const runs = pictured();
    // Bands call their arms alike: a marker is of one model all the same.
    const models = new Map(runs.map(({ name, model }) => [name, model]));
    expect(runs.filter(({ name, model }) => models.get(name) !== model)).toEqual([]);
    const readme = readFileSync("README.md", "utf8");
    const again = "node scripts/frontier/picture.mjs makes it again";
    expect(withPart(readme, "frontier", readmePart(runs)) === readme, again).toBe(true);
    const shown = readProvenance("docs/public/frontier.png");
    expect([...shown.configHashes].sort(), again).toEqual(runs.map(({ run }) => run).sort());
    expect(/!\[[^\]]*\]\(([^)]+)\)/.exec(readme)?.[1]).toBe("docs/public/frontier.png");
  });

  it("docs/frontier.md has the rows of the comparison that the records give", async () => {
    const { glanceText, missingText, verdictText, withPart } = await scripts();
    const page = readFileSync("docs/frontier.md", "utf8");
    const again = "node scripts/frontier/verdict.mjs --write makes it again";
    expect(withPart(page, "verdict", verdictText()) === page, again).toBe(true);
    expect(withPart(page, "missing", missingText()) === page, again).toBe(true);
    for (const place of ["docs/frontier.md", "README.md"]) {
      const shown = readFileSync(place, "utf8");
      expect(withPart(shown, "glance", glanceText()) === shown, again).toBe(true);
    }
    expect(verdictText("runs/nothing-yet")).toBe("No records yet: node scripts/frontier/run.mjs makes them.");
  });

  it("docs/race.md has the table of how early numbers order the end that the records give", async () => {
    const { earlyText, withPart } = await scripts();
    const page = readFileSync("docs/race.md", "utf8");
    const again = "node scripts/frontier/verdict.mjs --write makes it again";
    expect(withPart(page, "early", earlyText()) === page, again).toBe(true);
  });

  it("a page without the place for it is refused", async () => {
    const { withPart } = await scripts();
    expect(() => withPart("# bars\n", "frontier", "")).toThrow("The page lacks <!-- frontier -->");
  });
});
