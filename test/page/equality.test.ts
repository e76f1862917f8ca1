import { describe, expect, it } from "vitest";
import { costByPart } from "../../lib/cost/costByPart";
import { deriveInputOf, type StoredEpoch } from "../../lib/derive/alphasAt";
import { budgetBreaks } from "../../lib/derive/budgetBreaks";
import { derive, deriveRules, type RuleChoice } from "../../lib/derive/derive";
import { storedSearches } from "../../lib/experiments/storedSearches";
import { exploreData } from "../../lib/explore/explore";
import { pageBundle } from "../../lib/explore/pageBundle";
import { type Settings, withOption } from "../../lib/page/explore/settings";
import { fold, randomKey } from "../../lib/random/randomKey";
import type { SearchRecord } from "../../lib/records/searchRecord";
import { genotypeHash } from "../../lib/space/genotypeJson";
import { canonicalJson } from "../../lib/util/canonicalJson";
import { chromium, sharedBrowser } from "./pageBrowser";

/** Every stored search: those of the strategies and those of the frontier. */
const searches: Record<string, SearchRecord> = {
  ...storedSearches("search-"),
  ...storedSearches("", "data/records/frontier/searches"),
};

interface Case {
  readonly settings: Settings;
  readonly rule: RuleChoice;
}

const base = { search: 0, shared: {}, own: {}, seed: 3 };

/** Every rule at its defaults at every place; rules with options, and at other temperatures, at the last. */
function casesOf(record: SearchRecord): Case[] {
  const places: Settings["place"][] = ["start", ...record.epochs.map(({ epoch }) => epoch)];
  const last = record.epochs.length - 1;
  const names = Object.keys(deriveRules);
  const plain = [...places, { from: 0, to: last }].flatMap((place) =>
    names.map((rule) => ({ settings: { ...base, place, rule }, rule: rule as RuleChoice })),
  );
  const tried = (rule: string, options: Readonly<Record<string, unknown>>): Case => {
    const settings = Object.entries(options).reduce<Settings>(
      (all, [name, value]) => withOption(all, name, value),
      { ...base, place: last, rule },
    );
    return { settings, rule: { rule, ...options } as RuleChoice };
  };
  const measure = "ops" as const;
  return [
    ...plain,
    tried("argmax", { temperature: 0.3, prune: true, layout: "expectation", initChannels: 16 }),
    tried("top_k", { k: 1, method: "sigmoid", temperature: 2 }),
    tried("several", { threshold: 0.2, maxPerEdge: 1 }),
    tried("threshold", { threshold: 0.5, k: null }),
    tried("skip_cap", { maxSkips: 0, k: 2 }),
    tried("entropy_guard", { maxEntropy: 0.5 }),
    tried("top_k_none", { k: 0 }),
    ...budgetBreaks(record, { measure }).map(({ budget }) => tried("budget", { measure, budget })),
  ];
}

/**
 * Where two values differ, as text; null where they are the same. Numbers may differ by 1e-12 of themselves: the last bit of
 * Math.log and Math.exp is the engine's own, and Chromium's is not always Node's.
 */
function difference(a: unknown, b: unknown, at = ""): string | null {
  if (typeof a === "number" && typeof b === "number") {
    const same = a === b || (!Number.isInteger(a) && Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(a)));
    return same ? null : `${at}: ${a} and ${b}`;
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return a === b ? null : `${at}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`;
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const own = (value: object, key: string) => (value as Record<string, unknown>)[key];
  for (const key of keys) {
    const found = difference(own(a, key), own(b, key), `${at}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

/** What Node gives for a case: derivation, parts of its cost and name, or the text of the error. */
function inNode(record: SearchRecord, { settings, rule }: Case): string {
  try {
    const key = fold(randomKey(settings.seed), "derive");
    const derivation = derive({ ...deriveInputOf(record, settings.place as StoredEpoch), key }, rule);
    const { genotype } = derivation;
    const parts = costByPart(genotype, record.config.binarization);
    return canonicalJson({ derivation, parts, hash: genotypeHash(genotype) });
  } catch (error) {
    return (error as Error).message;
  }
}

const sorted = `const sorted = (value) => Array.isArray(value) ? value.map(sorted) : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, sorted(part)])) : value;`;

describe.skipIf(!chromium)("the page", () => {
  const browser = sharedBrowser();

  it("derives what Node derives: every rule at every epoch of every stored search", async () => {
    expect(Object.keys(searches)).toHaveLength(39 + 9);
    const page = await browser().newPage();
    await page.addScriptTag({ content: pageBundle("explore") });
    let compared = 0;
    let errors = 0;
    let digits = 0;
    for (const [name, record] of Object.entries(searches)) {
      const cases = casesOf(record);
      const [search] = exploreData(record, {}).searches;
      // The page works them out while Node does.
      const asked = page.evaluate<string[]>(
        `(([search, all]) => { ${sorted}
          return all.map((settings) => {
            const derived = barsPage.derivedOf(search, settings);
            if (typeof derived === "string") return derived;
            const { derivation, parts, hash } = derived;
            return JSON.stringify(sorted({ derivation, parts, hash }));
          }); })(${JSON.stringify([search, cases.map(({ settings }) => settings)])})`,
      );
      const ours = cases.map((one) => inNode(record, one));
      const found = await asked;
      for (const [i, one] of cases.entries()) {
        const expected = ours[i] as string;
        const refused = !expected.startsWith("{");
        if (refused) errors += 1;
        if (found[i] === expected) digits += 1;
        compared += 1;
        if (found[i] === expected) continue;
        const what = `${name}: ${JSON.stringify(one.settings)}`;
        if (refused) expect(found[i], what).toBe(expected);
        else expect(difference(JSON.parse(expected), JSON.parse(found[i] as string)), what).toBeNull();
      }
    }
    console.log(
      `${compared} derivations of ${Object.keys(searches).length} searches compared: ${digits} the same to the last bit, the others to 1e-12; ${errors} of them are refusals.`,
    );
    expect(compared).toBeGreaterThan(4000);
    // What needs a checkpoint is refused, and little else.
    expect(errors / compared).toBeLessThan(0.2);
  });
});
