import { describe, expect, it } from "vitest";
import { search } from "../../lib/search/search";
import { searchWork } from "../../lib/search/searchWork";
import type { Progress, WholeWork } from "../../lib/util/progress";
import { temporaryFolder, tinySearch } from "../helpers/tinySearch";

const folder = temporaryFolder();

describe("searchWork", () => {
  it("is counted in passes of an image: steps three, a step of the alphas as many, of the second order five times", () => {
    const sizes = (order: "first" | "second") =>
      ({
        config: { ...tinySearch({ epochs: 2, warmupEpochs: 1, evaluationImages: 4 }), order },
        data: { test: { labels: { length: 16 } } },
        split: { weightSplit: new Uint32Array(24), alphaSplit: new Uint32Array(24) },
      }) as never;
    // Three steps of 8 images; two measurements of 4 images after recalibration on all 24.
    const work = searchWork(sizes("first"));
    expect(work.training(0)).toEqual({ name: "search", before: 0, own: 72, total: 72 + 56 + 144 + 56 + 80 });
    expect(work.accuracies(0)).toMatchObject({ before: 72, own: 56 });
    expect(work.training(1)).toMatchObject({ before: 128, own: 144 });
    expect(work.accuracies(1)).toMatchObject({ before: 272, own: 56 });
    expect(work.test()).toMatchObject({ before: 328, own: 80, total: 408 });
    expect(searchWork(sizes("second")).training(1)).toMatchObject({ own: 72 * 6 });
  });

  it("is reported by a search without gaps, from 0 to its end", async () => {
    const seen: WholeWork[] = [];
    const progress: Progress = {
      start: (_title, _total, _unit, whole) => {
        if (whole) seen.push(whole);
      },
      update() {},
      stop() {},
    };
    await search(tinySearch({ epochs: 2, evaluationImages: 8 }), { directory: folder, progress });
    expect(seen).toHaveLength(5);
    let at = 0;
    for (const { before, own } of seen) {
      expect(before).toBe(at);
      at += own;
    }
    expect(at).toBe(seen[0]?.total);
  });
});
