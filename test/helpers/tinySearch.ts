import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Overrides } from "../../lib/config/check";
import { type SearchConfig, searchConfig } from "../../lib/config/searchConfig";

/** The smallest search that still has every part: two stages, depth and width choices, alpha and weight steps. */
export function tinySearch(overrides: Overrides<SearchConfig> = {}): SearchConfig {
  return searchConfig({
    space: {
      initChannels: 2,
      cellLayout: [0, 1, 0],
      steps: 1,
      widthChoices: [0.5, 1],
      cellShortcut: "avg_pool",
    },
    data: { dataset: "synthetic", trainImages: 48, testImages: 16 },
    batchSize: 8,
    epochs: 3,
    warmupEpochs: 1,
    alphaOptimizer: { learningRate: 0.05 },
    weightOptimizer: { learningRate: 0.05 },
    cost: { budget: 2e4 },
    ...overrides,
  });
}

/** A temporary folder that goes away when the test file ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bars-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
