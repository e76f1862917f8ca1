import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CompiledPages, compileDocBlocks } from "../helpers/docBlocks";

const folder = "docs/add-your-own";
/** The last lines that each page's code prints. */
const last: Readonly<Record<string, readonly string[]>> = {
  baseline: ["368640", 'finished [{"kind":"baseline","name":"small_resnet","version":1}]'],
  binarizer: [
    'finished [{"kind":"activation binarizer","name":"triangle","version":1},{"kind":"weight binarizer","name":"tanh_sign","version":1}]',
  ],
  dataset: ["finished left or right 12 1 2", "finished 20", "80 halves_read"],
  "derivation-rule": [
    '{"rule":"rareSkips","own":true,"method":"softmax","temperature":0.5}',
    "argmax, rareSkips (own)",
  ],
  sampler: ['finished [{"kind":"sampler","name":"floor_softmax","version":1}]', "both_sides"],
  "schedule-and-optimizer": [
    "1 0.25 0",
    'finished finished [{"kind":"optimizer","name":"lion","version":1}]',
  ],
  strategy: ['finished [{"kind":"strategy","name":"probability_dropout","version":1}]', "true"],
};
const others = ["preset-and-theme", "primitive"];

describe("pages on variants of your own run as they stand", () => {
  let printed: ReadonlyMap<string, readonly string[]>;
  let pages: CompiledPages;
  beforeAll(async () => {
    const paths = [...Object.keys(last), ...others].map((name) => `${folder}/${name}.md`);
    pages = await compileDocBlocks(paths);
    printed = await pages.runTogether(paths);
  });
  afterAll(() => pages?.remove());
  const printedBy = (name: string) => printed.get(`${folder}/${name}.md`) ?? [];

  it("all of them", () => {
    const names = readdirSync(folder).flatMap((file) => /^(?!index)(.+)\.md$/.exec(file)?.[1] ?? []);
    expect([...Object.keys(last), ...others].sort()).toEqual(names.sort());
  });

  it.each(Object.entries(last))("%s", (name, lines) => {
    expect(printedBy(name).slice(-lines.length)).toEqual(lines);
  });

  it("preset-and-theme", () => {
    const told = printedBy("preset-and-theme");
    expect(told.filter((line) => /^(2 7|true|false)/.test(line))).toEqual(["2 7 2", "true false"]);
  });

  it("primitive", () => {
    expect(printedBy("primitive").join("\n")).toContain("BOPs");
  });
});
