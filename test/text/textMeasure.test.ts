import { expect, it } from "vitest";
import { textMeasure } from "../../lib/text/textMeasure";

it("measures a NUL in a name as the sign that stands for what cannot be written", () => {
  const measure = textMeasure();
  expect(measure("a\0b", 12, "normal")).toBeCloseTo(measure("a\uFFFDb", 12, "normal"), 6);
});
