import { describe, expect, it } from "vitest";
import { runDocBlocks } from "../helpers/docBlocks";

describe("pages on variants of your own run as they stand", () => {
  it.each([
    ["baseline", ["368640", 'finished [{"kind":"baseline","name":"small_resnet","version":1}]']],
    ["sampler", ['finished [{"kind":"sampler","name":"floor_softmax","version":1}]', "both_sides"]],
    [
      "schedule-and-optimizer",
      ["1 0.25 0", 'finished finished [{"kind":"optimizer","name":"lion","version":1}]'],
    ],
    [
      "derivation-rule",
      ['{"rule":"rareSkips","own":true,"method":"softmax","temperature":0.5}', "argmax, rareSkips (own)"],
    ],
    ["strategy", ['finished [{"kind":"strategy","name":"probability_dropout","version":1}]', "true"]],
  ])("%s", async (page, last) => {
    const { printed } = await runDocBlocks(`docs/add-your-own/${page}.md`);
    expect(printed.slice(-last.length)).toEqual(last);
  });
});
