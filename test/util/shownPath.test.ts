import { expect, it } from "vitest";
import { shownPath, withShownPaths } from "../../lib/util/shownPath";

it.each([
  { path: "/home/me/work/runs/a", from: "/home/me/work", shown: "runs/a" },
  { path: "/home/me/photos", from: "/home/me/work", shown: "../photos" },
  { path: "runs/../runs/a", from: "/home/me/work", shown: "runs/a" },
  { path: "/tmp/x", from: "/home/me/work", shown: "/tmp/x" },
  { path: "/tmp/x", from: "/", shown: "tmp/x" },
  { path: "/home/me/work", from: "/home/me/work", shown: "." },
])(
  "a path is shown as seen from where the user stands, or absolute where that is shorter: $shown",
  ({ path, from, shown }) => {
    expect(shownPath(path, from)).toBe(shown);
  },
);

it("messages of the system show paths in the same way", () => {
  const message = "ENOENT: no such file or directory, open '/home/me/work/a.json'";
  expect(withShownPaths(message, "/home/me/work")).toBe("ENOENT: no such file or directory, open 'a.json'");
  expect(withShownPaths(message, "/")).toBe(message);
});
