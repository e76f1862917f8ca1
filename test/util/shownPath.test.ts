import { expect, it } from "vitest";
import { shownPath, withShownPaths } from "../../lib/util/shownPath";

it.each([
  { path: "/srv/ada/work/runs/a", from: "/srv/ada/work", shown: "runs/a" },
  { path: "/srv/ada/photos", from: "/srv/ada/work", shown: "../photos" },
  { path: "runs/../runs/a", from: "/srv/ada/work", shown: "runs/a" },
  { path: "/tmp/x", from: "/srv/ada/work", shown: "/tmp/x" },
  { path: "/tmp/x", from: "/", shown: "tmp/x" },
  { path: "/srv/ada/work", from: "/srv/ada/work", shown: "." },
])(
  "a path is shown as seen from where the user stands, or absolute where that is shorter: $shown",
  ({ path, from, shown }) => {
    expect(shownPath(path, from)).toBe(shown);
  },
);

it("messages of the system show paths in the same way", () => {
  const message = "ENOENT: no such file or directory, open '/srv/ada/work/a.json'";
  expect(withShownPaths(message, "/srv/ada/work")).toBe("ENOENT: no such file or directory, open 'a.json'");
  expect(withShownPaths(message, "/")).toBe(message);
});
