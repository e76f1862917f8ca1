import { expect, it } from "vitest";
import { oneAtATime } from "../../lib/util/oneAtATime";

it("runs work of one name in order, whether the earlier one succeeds or fails, and other names at once", async () => {
  const events: string[] = [];
  const work =
    (label: string, fails = false) =>
    async () => {
      events.push(`${label} begins`);
      await new Promise((done) => setTimeout(done, 5));
      events.push(`${label} ends`);
      if (fails) throw new Error(label);
      return label;
    };
  const results = await Promise.allSettled([
    oneAtATime("a", work("a1", true)),
    oneAtATime("a", work("a2")),
    oneAtATime("b", work("b1")),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  expect(events.slice(0, 2)).toEqual(["a1 begins", "b1 begins"].sort());
  expect(events.indexOf("a2 begins")).toBeGreaterThan(events.indexOf("a1 ends"));
});
