import { expect, it } from "vitest";
import { showValue } from "../../lib/util/showValue";

it("showValue names any value in at most 61 letters, and never throws", () => {
  let deep: unknown = [];
  for (let i = 0; i < 100_000; i++) deep = [deep];
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  expect(showValue(undefined)).toBe("nothing");
  expect(showValue(Number.NaN)).toBe("NaN");
  expect(showValue({ a: [1] })).toBe('{"a":[1]}');
  expect(showValue("x".repeat(100))).toBe(`"${"x".repeat(59)}…`);
  expect(showValue(deep)).toBe("a list that is no plain data");
  expect(showValue(circular)).toBe("one object that is no plain data");
  expect(showValue(10n)).toBe("one bigint that is no plain data");
  expect(showValue(() => 1)).toBe("a function");
});
