import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { shellQuoted, shellWord } from "../../lib/util/shellWord";

it("is one word to the shell, the same text again, whatever is in it", () => {
  for (const text of ["photos", "my photos", "it's", '$HOME `x` \\ "y"', "", "*", "~", "a\nb", 'path="2024"'])
    for (const word of [shellWord(text), shellQuoted(text)])
      expect(execFileSync("sh", ["-c", `printf '%s.' ${word}`], { encoding: "utf8" })).toBe(`${text}.`);
});

it("has quotes only where it needs them, or always", () => {
  expect([shellWord("data.folder.path=../a-b"), shellWord("my photos")]).toEqual([
    "data.folder.path=../a-b",
    "'my photos'",
  ]);
  expect(shellQuoted("photos")).toBe("'photos'");
});
