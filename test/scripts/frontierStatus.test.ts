import { execFile, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { parseGenotype } from "../../lib/space/validateGenotype";
import { temporaryFolder } from "../helpers/tinySearch";

it("the comparison names the command of every stored record", () => {
  const { stdout, status } = spawnSync(process.execPath, ["scripts/frontier/run.mjs", "--commands"], {
    encoding: "utf8",
  });
  expect(status).toBe(0);
  for (const name of readdirSync("data/records/protocol"))
    expect(stdout).toContain(`data/records/protocol/${name}\n  BARS_ONNX_THREADS=1 npx bars `);
  expect(stdout).toContain("npx bars race laptop --seed 1 --workers 1 --set band.measure=bops ");
});

it("a part of a name that no unit has is refused", () => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["scripts/frontier/run.mjs", "--commands", "--only", "H/rase"],
    { encoding: "utf8" },
  );
  expect([stdout, status]).toEqual(["", 2]);
  expect(stderr).toBe('no unit\'s name holds "H/rase"; --commands lists them all.\n');
});

it("draws of an earlier version are written anew", () => {
  const folder = temporaryFolder();
  const program = `
import { bands } from "./scripts/frontier/protocol.mjs";
import { writeDraws } from "./scripts/frontier/draws.mjs";
const { B } = bands;
const { headActivation, ...plain } = B.space;
console.log(JSON.stringify([writeDraws({ ...B, space: plain }, process.argv[1]), writeDraws(B, process.argv[1])]));
`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program, folder], {
    encoding: "utf8",
  });
  const [before, after] = JSON.parse(stdout) as [string[], string[]];
  expect(after).toEqual(before);
  expect(readdirSync(folder)).toHaveLength(12);
  for (const path of after)
    expect(parseGenotype(readFileSync(path, "utf8")).space.headActivation, path).toBe("bn_relu");
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

it("two that run beside each other may copy and write the same files", async () => {
  const folder = temporaryFolder();
  const source = join(folder, "source.json");
  writeFileSync(source, "whole".repeat(1000));
  const program = `
import { join } from "node:path";
import { copy, write } from "./scripts/frontier/files.mjs";
const [folder, source, own] = process.argv.slice(1);
for (let i = 0; i < 100; i++) {
  copy(source, join(folder, "copy.json"));
  write(join(folder, "text.json"), own + i);
}
`;
  const beside = (own: string) =>
    promisify(execFile)(process.execPath, ["--input-type=module", "-e", program, folder, source, own]);
  await Promise.all([beside("a"), beside("b")]);
  expect(readdirSync(folder).sort()).toEqual(["copy.json", "source.json", "text.json"]);
  expect(readFileSync(join(folder, "copy.json"), "utf8")).toBe(readFileSync(source, "utf8"));
  expect(readFileSync(join(folder, "text.json"), "utf8")).toMatch(/^[ab]99$/);
});
