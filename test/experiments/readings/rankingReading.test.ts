import { describe, expect, it } from "vitest";
import { raceRanking } from "../../../lib/experiments/raceRanking";
import { rankingReading } from "../../../lib/experiments/readings/rankingReading";
import { storedSearches } from "../../../lib/experiments/storedSearches";
import { readRaceRecord } from "../../../lib/records/raceRecordFile";

const race = readRaceRecord("data/records/protocol/A-race-0.json");
const searches = storedSearches("", "data/records/frontier/searches");

describe("rankingReading", () => {
  it("gives each search's τ, BOPs alone and the fitted alphas, with what was ranked by what", () => {
    const text = rankingReading(race, searches);
    for (const [name, search] of Object.entries(searches)) {
      const { tau } = raceRanking(search, race);
      expect(text).toContain(`\`${name}\` | ${tau?.value.toFixed(2).replace("-", "−")} (`);
    }
    expect(text).toContain("| BOPs alone | 0.11 (−0.08 to 0.30) | 48 |");
    expect(text).toContain("| equal alphas | 0.22 (0.02 to 0.39) | 48 |");
    expect(text).toContain("each network left out of its fit | 0.38 (0.20 to 0.53) | 48 |");
    expect(text).toContain("left out of its fit, over later proposals, too | 0.66 (0.57 to 0.73) | 96 |");
    expect(text).toContain("| whether a network is a later proposal, nothing else | 0.60 | 96 |");
    expect(text).toContain(
      "networks of 2,400,000 to 3,000,000 BOPs an image, by the mean training loss of their first 200 steps (of the last 100",
    );
    expect(text).toMatch(
      /^\*\*0 of 9 searches\*\* ranked the race's uniform draws with a τ of 0.4 or more\./,
    );
  });

  it("counts searches that rank, and leaves out what has no τ", () => {
    // Alphas fitted to the race's scores, sharp enough that free choices do not matter, in the place of a search's.
    const [name = "", search] = Object.entries(searches)[0] ?? [];
    if (search === undefined || race.fit === null) throw new Error("no search is stored");
    const { cells, depth, width } = race.fit.alphas;
    const sharp = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map((alpha) => 8 * alpha));
    const alphas = { cells: cells.map(sharp), depth: sharp(depth), width: sharp(width) };
    const epochs = search.epochs.map((epoch) => ({ ...epoch, alphas }));
    const text = rankingReading({ ...race, fit: null }, { [name]: { ...search, chosen: null, epochs } });
    expect(text).toContain("**1 of 1 search**");
    expect(text).not.toContain("fitted");
  });
});
