import { expect, it } from "vitest";
import { moreOfRuns } from "../../lib/page/report/moreOfRuns";
import { packColumn, packRows } from "../../lib/page/report/packedRows";

it("gives settings and the frontier's data to the runs that they are of", () => {
  const settings = ["a", "b", "c"].map((of) => ({ of }));
  const more = moreOfRuns({
    ids: ["a", "b", "c"],
    settings: packRows(settings, ["of"]),
    frontier: packRows([{}, { run: "run of b" }, {}], ["run"]),
    leftOut: packColumn(["a is left out", null, null]),
  });
  expect(["a", "b", "c"].map((id) => more.get(id)?.settings["of"])).toEqual(["a", "b", "c"]);
  expect(more.get("b")?.frontier?.run).toBe("run of b");
  expect(more.get("c")?.frontier).toBeNull();
  expect(more.get("a")?.leftOut).toBe("a is left out");
});
