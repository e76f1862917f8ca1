import { afterEach, describe, expect, it, vi } from "vitest";
import { totalCost } from "../../lib/cost/costTable";
import { derive } from "../../lib/derive/derive";
import type { OwnRuleInput } from "../../lib/derive/ownRule";
import { explore, exploreData, explorePage } from "../../lib/explore/explore";
import { pageBundle } from "../../lib/explore/pageBundle";
import { button, select, slider } from "../../lib/explore/widgets";
import { binaryConvolution } from "../../lib/primitives/binaryConvolution";
import { primitives } from "../../lib/primitives/primitives";
import type { SearchRecord } from "../../lib/records/searchRecord";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { hashJson } from "../../lib/util/canonicalJson";
import { chromium, openHtml, sharedBrowser } from "../page/pageBrowser";

const cured = readSearchRecord("data/records/search-cured-seed0.json");
const host = globalThis as { __tslab__?: unknown; __barsComms__?: unknown };
type Entry = Record<string, unknown>;

/** A kernel whose outputs are collected; with `comms`, one whose front end keeps what it opens. */
function kernel(comms = false) {
  const entries: Entry[] = [];
  const opened: { data: { state: Entry }; handlers: { message(data: unknown): void; closed(): void } }[] = [];
  const display = { raw() {} };
  host.__tslab__ = {
    require: (name: string) =>
      name === "tslab"
        ? { display, newDisplay: () => display }
        : { lastWriteDisplayData: ({ data }: { data: Entry }) => entries.push(data) },
  };
  if (comms) {
    host.__barsComms__ = {
      open: (
        _: string,
        data: { state: Entry },
        __: object,
        handlers: (typeof opened)[number]["handlers"],
      ) => {
        opened.push({ data, handlers });
        return { id: `comm${opened.length}`, send: () => true, close() {} };
      },
    };
  }
  return { entries, opened };
}
afterEach(() => {
  host.__tslab__ = undefined;
  host.__barsComms__ = undefined;
  vi.restoreAllMocks();
});

/** The record as if one of its primitives were another. */
function withPrimitive(name: string): SearchRecord {
  const list = cured.config.space.primitives.map((one) => (one === "avg_pool_3x3" ? name : one));
  const config = { ...cured.config, space: { ...cured.config.space, primitives: list } };
  const defined = [{ kind: "primitive", name, version: 1 }];
  return { ...cured, config, configHash: hashJson(config), defined };
}

describe("bars.explore", () => {
  it("says in a line what it would show, outside a notebook, and gives the architecture first shown", () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const picked = explore(cured);
    expect(log.mock.calls).toEqual([
      [
        "[explorer: argmax, epoch 5: 6 operations, 428 k OPs, 17 percent of edges without weights, 0 warnings.]",
      ],
    ]);
    expect(picked.derivation?.cost.bops).toBe(4816896);
    expect(picked.code).toBe('bars.derive(bars.deriveInputOf(record, 4), "argmax")');
  });

  it("writes a picture and one self-contained output of at most 150 kB plus the alphas", () => {
    const { entries } = kernel();
    explore(cured);
    expect(entries.map((entry) => Object.keys(entry))).toEqual([["image/png", "text/plain"], ["text/html"]]);
    const html = entries[1]?.["text/html"] as string;
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toMatch(/\b(src|href)\s*=|https?:\/\/(?!www\.w3\.org)/);
    const alphas = JSON.stringify([cured.startAlphas, cured.epochs.map((epoch) => epoch.alphas)]).length;
    const bytes = html.length + String(entries[0]?.["image/png"]).length;
    expect(bytes - alphas).toBeLessThan(150_000);
  });

  it("puts what is used in the page into what it gave, derived here", () => {
    const { opened, entries } = kernel(true);
    const picked = explore([cured]);
    const used = vi.fn();
    picked.onUse(used);
    const bridge = opened[0];
    expect(bridge?.data.state).toMatchObject({ _model_module: "anywidget", _model_name: "AnyModel" });
    const [, page] = /id="(bars-explore-[0-9a-f]+)"/.exec(String(entries.at(-1)?.["text/html"])) ?? [];
    const settings = { search: 0, place: 1, rule: "top_k", shared: {}, own: {}, seed: 0 };
    bridge?.handlers.message({ method: "custom", content: { page, kind: "use", settings } });
    bridge?.handlers.message({ method: "custom", content: { page: "another", kind: "use", settings } });
    bridge?.handlers.message({ method: "custom", content: { page, kind: "use", settings: { search: 7 } } });
    expect(used).toHaveBeenCalledTimes(1);
    expect(picked.code).toBe('bars.derive(bars.deriveInputOf(records[0], 1), "top_k")');
    bridge?.handlers.closed();
  });

  it("refuses an empty list", () => {
    expect(() => explore([])).toThrow("explore: expected at least one search record, got none.");
  });

  it("says of a rule of one's own that throws what it threw", () => {
    function never(): never {
      throw new Error("not today");
    }
    const [search] = exploreData(cured, { rules: [never] }).searches;
    expect(search?.ownRules[0]?.derivations["start"]).toBe("not today");
  });
});

describe("controls of one's own", () => {
  it("are plain HTML where there are no widgets, and keep their value", () => {
    const { entries } = kernel();
    const control = slider('<b> "k"', { min: 1, max: 4, value: 2 });
    expect(control.value).toBe(2);
    expect(Object.keys(entries[0] as Entry)).toEqual(["text/html", "text/plain"]);
    expect(entries[0]?.["text/html"]).toContain(
      '<label>&lt;b&gt; &quot;k&quot; <input type="range" min="1" max="4"',
    );
  });

  it("follow the page where there are", () => {
    const { entries, opened } = kernel(true);
    const rule = select("rule", ["argmax", "top_k"]);
    const heard = vi.fn();
    const stop = rule.onChange(heard);
    expect(entries[0]?.["application/vnd.jupyter.widget-view+json"]).toMatchObject({ model_id: "comm3" });
    opened[2]?.handlers.message({ method: "update", state: { index: 1 } });
    expect(rule.value).toBe("top_k");
    stop();
    opened[2]?.handlers.message({ method: "update", state: { index: 0 } });
    opened[2]?.handlers.message({ method: "update", state: { index: 9 } });
    expect([rule.value, heard.mock.calls]).toEqual(["argmax", [["top_k"]]]);
    const press = button("again");
    opened[5]?.handlers.message({ method: "custom", content: { event: "click" } });
    expect(press.value).toBe(1);
  });

  it("name what is wrong with what they are given", () => {
    expect(() => slider("k", { min: 2, max: 1 })).toThrow(
      "slider: expected min below max and a step above 0, got 2, 1 and 1.",
    );
    expect(() => slider("k", { max: 1, value: 3 })).toThrow("slider: value must be from 0 to 1, got 3.");
    expect(() => select("rule", [])).toThrow("select: expected at least one name, got none.");
    expect(() => select("rule", ["a"], "b" as "a")).toThrow('select: value must be one of a, got "b".');
  });
});

describe.skipIf(!chromium)("what is one's own, in the page", () => {
  const browser = sharedBrowser();
  afterEach(() => primitives.forget("bin_conv_7x7"));

  it("a primitive is costed and drawn as in Node, at every width", async () => {
    primitives.define({
      name: "bin_conv_7x7",
      ...binaryConvolution({ kernel: 7 }),
      look: { color: "#117733", dash: "10 2", side: "above" },
    });
    const record = withPrimitive("bin_conv_7x7");
    const data = exploreData(record, {});
    const page = await browser().newPage();
    await page.addScriptTag({ content: pageBundle("explore") });
    for (const place of [0, 4]) {
      for (const budget of [null, 1e6]) {
        const settings = {
          search: 0,
          place,
          rule: "budget",
          shared: {},
          own: { budget: { measure: "bops", budget } },
          seed: 0,
        };
        const found = await page.evaluate<{
          hash: string;
          derivation: { cost: { bops: number; elementwise: number } };
        }>(
          `(([data, settings]) => { data.primitives.forEach(barsPage.define); return barsPage.derivedOf(data.searches[0], settings); })(${JSON.stringify([data, settings])})`,
        );
        const { space, binarization } = record.config;
        const { alphas } = record.epochs[place] as SearchRecord["epochs"][number];
        const own = derive(
          { space, alphas, style: binarization },
          { rule: "budget", measure: "bops", budget },
        );
        expect(found.derivation.cost).toMatchObject(totalCost(own.genotype, binarization));
      }
    }
    await page.close();
  });

  it("a rule is shown with what it derived in Node, and named in the code", async () => {
    function densest({ space }: OwnRuleInput) {
      return {
        cells: [0, 1].map(() => [{ to: 1, from: 0, primitive: space.primitives[3] as string }]),
      };
    }
    const { page, problems } = await openHtml(browser(), explorePage(cured, { rules: [densest] }));
    await page.getByLabel("rule", { exact: true }).selectOption("densest");
    expect(await page.locator("pre").first().innerText()).toBe(
      "bars.derive(bars.deriveInputOf(record, 4), densest)",
    );
    expect(await page.locator(".facts").innerText()).toMatch(/operations\s+2/);
    await page.getByLabel(/mean of alphas/).check();
    expect(await page.getByRole("alert").innerText()).toContain("was worked out for single epochs");
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it("offers to use an architecture in the notebook once a kernel listens, and sends the settings", async () => {
    const { opened, entries } = kernel(true);
    explore(cured);
    const html = entries.at(-1)?.["text/html"] as string;
    const { _esm: esm, channel } = (opened[0]?.data.state ?? {}) as Record<string, string>;
    const { page } = await openHtml(browser(), `<main>${html}</main>`);
    expect(await page.getByRole("button", { name: "use in notebook" }).count()).toBe(0);
    // What anywidget does with a model: imports its module and calls initialize.
    await page.evaluate(
      `import("data:text/javascript," + encodeURIComponent(${JSON.stringify(esm)})).then(({ default: widget }) => {
        window.sent = [];
        window.stop = widget.initialize({ model: { get: () => ${JSON.stringify(channel)}, send: (content) => sent.push(content) } });
      })`,
    );
    await page.getByRole("button", { name: "use in notebook" }).click();
    expect(await page.evaluate("sent")).toMatchObject([
      { kind: "use", settings: { rule: "argmax", place: 4 } },
    ]);
    await page.evaluate("stop()");
    expect(await page.getByRole("button", { name: "use in notebook" }).count()).toBe(0);
    await page.context().close();
  });
});
