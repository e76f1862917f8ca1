import { expect, it } from "vitest";
import { scheduleValue } from "../../lib/config/schedule";
import { epochSettings } from "../../lib/search/epochSettings";
import { tinySearch } from "../helpers/tinySearch";

it("runs the hooks of strategies that settings turn on, and of no other", () => {
  const names = (strategies: object) =>
    epochSettings(tinySearch({ strategies }), 1).strategies.map(({ name }) => name);
  expect(names({})).toEqual([]);
  expect(names({ perturbation: { method: "none" } })).toEqual([]);
  expect(names({ pruning: { stages: [[1, 2]] }, skipDropout: 0.5 })).toEqual(["skipDropout", "pruning"]);
});

it("gives schedules at the value of the epoch", () => {
  const skipDropout = { kind: "linear", from: 0.5, to: 0 } as const;
  const config = tinySearch({ strategies: { skipDropout } });
  expect(epochSettings(config, 1).strategies[0]?.own).toBe(scheduleValue(skipDropout, 1, config.epochs));
});
