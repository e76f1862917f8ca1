import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { expect, it } from "vitest";

it("the comparison names the command of every stored record", () => {
  const { stdout, status } = spawnSync(process.execPath, ["scripts/frontier/run.mjs", "--commands"], {
    encoding: "utf8",
  });
  expect(status).toBe(0);
  for (const name of readdirSync("data/records/protocol"))
    expect(stdout).toContain(`data/records/protocol/${name}\n  BARS_ONNX_THREADS=1 npx bars `);
  expect(stdout).toContain("npx bars race laptop --seed 1 --workers 1 --set band.measure=bops ");
});

it("the comparison counts what the stored records hold as done, on a machine that ran none of it", () => {
  const kept = readdirSync("data/records/protocol");
  const done = (form: RegExp) => kept.filter((name) => form.test(name)).length;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["scripts/frontier/run.mjs", "--status"], {
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
  const least = (kind: string) => Number(new RegExp(`^${kind}, band A: (\\d+) of`, "m").exec(stdout)?.[1]);
  // A machine in the middle of the comparison may have more.
  expect(least("race")).toBeGreaterThanOrEqual(done(/^A-race-\d\.json$/));
  expect(least("differentiable search")).toBeGreaterThanOrEqual(done(/^A-differentiable-\d\.json$/));
  expect(least("training of 8 epochs")).toBeGreaterThanOrEqual(done(/^A-.*-s\d+\.json$/));
  expect(least("race")).toBeGreaterThan(0);
  expect(stdout).not.toContain("undefined");
});
