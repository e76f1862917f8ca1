import { describe, expect, it } from "vitest";
import { oneLine } from "../../lib/util/oneLine";

describe("oneLine", () => {
  it.each([
    ["a\nb"],
    ["a\rb"],
    ["a\r\nb"],
    ["a \t\r\n b"],
    ["a\u2028b"],
    ["a\u2029b"],
    ["a\u0085b"],
    ["a\vb"],
    ["a\fb"],
    ["a\u0000\u001b\u0007b"],
  ])("puts %j on one line", (text) => {
    expect(oneLine(text)).toBe("a b");
  });

  it("leaves spaces and letters as they are", () => {
    expect(oneLine("a  b\u00a0網")).toBe("a  b\u00a0網");
  });
});
