import { cpSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runDocBlocks } from "../helpers/docBlocks";
import { temporaryFolder } from "../helpers/tinySearch";

it("docs/figures.md: its code runs as it stands, on a search in runs/mine", async () => {
  const folder = join(temporaryFolder(), "reader");
  mkdirSync(join(folder, "runs/mine"), { recursive: true });
  cpSync("data/records/search-cured-seed0.json", join(folder, "runs/mine/record.json"));
  expect((await runDocBlocks("docs/figures.md", folder)).blocks).toBe(1);
  expect(existsSync(join(folder, "figures/alpha.pdf"))).toBe(true);
}, 120_000);
