import { expect, it } from "vitest";
import { shownPath, withShownPaths } from "../../lib/util/shownPath";

it.each([
  { path: "/home/ada/study/runs/a", from: "/home/ada/study", shown: "runs/a" },
  { path: "/home/ada/photos", from: "/home/ada/study", shown: "../photos" },
  { path: "runs/../runs/a", from: "/home/ada/study", shown: "runs/a" },
  { path: "/x/y", from: "/home/ada/study", shown: "/x/y" },
  { path: "/x/y", from: "/", shown: "x/y" },
  { path: "/home/ada/study", from: "/home/ada/study", shown: "." },
])(
  "a path is shown as seen from where the user stands, or absolute where that is shorter: $shown",
  ({ path, from, shown }) => {
    expect(shownPath(path, from)).toBe(shown);
  },
);

it("messages of the system show paths in the same way", () => {
  const message = "ENOENT: no such file or directory, open '/home/ada/study/a.json'";
  expect(withShownPaths(message, "/home/ada/study")).toBe("ENOENT: no such file or directory, open 'a.json'");
  expect(withShownPaths(message, "/")).toBe(message);
});
