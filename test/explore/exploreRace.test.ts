import { describe, expect, it } from "vitest";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { type DeriveRuleName, derive, deriveRules } from "../../lib/derive/derive";
import { explore, exploreData, explorePage } from "../../lib/explore/explore";
import { derivedOf } from "../../lib/page/explore/derived";
import type { PageSearch } from "../../lib/page/explore/exploreData";
import { fold, randomKey } from "../../lib/random/randomKey";
import { readRaceRecord } from "../../lib/records/raceRecordFile";
import { BarsError } from "../../lib/util/errors";
import { axeViolations, chromium, openHtml, sharedBrowser } from "../page/pageBrowser";

const race = readRaceRecord("data/records/race-small-seed0.json");
const settings = { search: 0, place: "fit", shared: {}, own: {}, seed: 0 } as const;

/** What a rule gives in Node, or its error's text. */
function inNode(rule: DeriveRuleName): unknown {
  try {
    const { genotype, cost } = derive({ ...deriveInputOf(race), key: fold(randomKey(0), "derive") }, rule);
    return { genotype, cost };
  } catch (error) {
    if (error instanceof BarsError) return error.message;
    throw error;
  }
}

describe("explore of a race", () => {
  it("derives by every rule from the fitted alphas what Node derives", () => {
    const data = exploreData(race, {});
    expect(data.start).toEqual({ search: 0, epoch: "fit" });
    const [search] = data.searches as [PageSearch];
    // As it travels: as JSON.
    const travelled = JSON.parse(JSON.stringify(search)) as PageSearch;
    const rules = Object.keys(deriveRules) as DeriveRuleName[];
    const results = rules.map((rule) => {
      const got = derivedOf(travelled, { ...settings, rule });
      const shown =
        typeof got === "string" ? got : { genotype: got.derivation.genotype, cost: got.derivation.cost };
      expect([rule, shown]).toEqual([rule, inNode(rule)]);
      return typeof got === "string" ? null : got.code;
    });
    expect(results.filter((code) => code !== null).length).toBeGreaterThan(5);
    expect(results[rules.indexOf("argmax")]).toBe('bars.derive(bars.deriveInputOf(record), "argmax")');
    expect(explore(race).genotype).toEqual(derive(deriveInputOf(race)).genotype);
  });

  it("says of a race without a fit why nothing is derived", () => {
    const [search] = exploreData({ ...race, fit: null }, {}).searches;
    expect(search?.problem).toMatch(
      /^deriveInputOf: expected a race whose first rung is complete with at least 8/,
    );
  });

  describe.skipIf(!chromium)("in a page", () => {
    const browser = sharedBrowser();

    it("has no epochs, begins the budget at its band, and axe-core finds nothing", async () => {
      const { page, problems } = await openHtml(browser(), explorePage(race));
      const app = page.locator(".app");
      expect(await app.innerText()).toContain("Alphas fitted to the scores of the race's first rung.");
      await page.getByLabel("rule", { exact: true }).selectOption("budget");
      expect(await page.locator("pre").first().innerText()).toBe(
        'bars.derive(bars.deriveInputOf(record), "budget")',
      );
      expect(await axeViolations(page)).toEqual([]);
      expect(problems).toEqual([]);
      await page.context().close();
    });
  });
});
