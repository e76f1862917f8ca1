import { describe, expect, it } from "vitest";
import { parseJson } from "../../lib/util/parseJson";

describe("parseJson", () => {
  it("parses what JSON.parse does", () => {
    for (const text of [
      '{"a":[1,-2.5e-3,"x\\"]}{",null,true],"b":{"a":1}}',
      "[]",
      '"["',
      " 5 ",
      '[{"a":1},{"a":2}]',
    ])
      for (const mark of ["", "\uFEFF"]) expect(parseJson(mark + text)).toEqual(JSON.parse(text));
  });

  it.each([
    ["text that is not JSON", "{a", SyntaxError, /JSON/],
    [
      "100,000 brackets",
      `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
      SyntaxError,
      /^nested deeper than 64 levels at character 65$/,
    ],
    [
      "100,000 objects",
      `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
      SyntaxError,
      /^nested deeper than 64 levels at character 321$/,
    ],
    [
      "a key twice",
      '{"a":{"b":1,"c":[{"b":2}],"b":3}}',
      SyntaxError,
      /^the key "b" is given twice in one object$/,
    ],
    [
      "a key twice, once escaped",
      '{"ab":1, "\\u0061b" : 2}',
      SyntaxError,
      /^the key "ab" is given twice in one object$/,
    ],
    [
      "the key __proto__",
      '{"a":[{"__proto__":{"x":1}}]}',
      SyntaxError,
      /^the key "__proto__" is not allowed$/,
    ],
    [
      "a number too large",
      '{"a":[1,{"b":1e999}]}',
      SyntaxError,
      /^a\[1\]\.b is a number too large to be read$/,
    ],
    ["a number too large, alone", "-1e999", SyntaxError, /^it is a number too large to be read$/],
  ])("refuses %s", (_what, text, kind, message) => {
    expect(() => parseJson(text)).toThrow(kind);
    expect(() => parseJson(text)).toThrow(message);
  });

  it("takes 64 levels, and brackets in texts do not count", () => {
    const deep = `${"[".repeat(64)}${"]".repeat(64)}`;
    expect(JSON.stringify(parseJson(deep))).toBe(deep);
    const text = JSON.stringify(["[".repeat(1000), '\\"'.repeat(50)]);
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });
});
