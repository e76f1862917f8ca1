import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../lib/backend";
import { tinyRun } from "../helpers/tinyRun";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();
const cli = resolve(__dirname, "../../lib/bin/bars.cjs");
let directory: string;

function bars(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [cli, ...args], { cwd: folder }, (error, out, err) => {
      done({ code: error ? (error.code as unknown as number) : 0, out, err });
    });
  });
}

beforeAll(async () => {
  await startBackend("cpu");
  directory = await tinyRun();
}, 60_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const small = [
  ...["--backend", "cpu", "--set", "images=48", "--set", "probeImages=20", "--set", "bits=4"],
  ...["--set", "gradient.batches=1", "--set", "gradient.batchSize=8"],
];

describe("bars analyze", () => {
  it("reports one network, writes the table and reads its analysis the next time", async () => {
    const first = await bars("analyze", directory, ...small, "--out", "t.json", "--scores", "s.json");
    expect(first.err).toContain("analyze tiny: 48 images");
    expect(first.code).toBe(0);
    expect(first.out).toContain("1/1 tiny seed 0: ");
    expect(first.out).toContain("Analysis of tiny by cell");
    const json = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
    expect(json("t.json").rows.map((row: { place: string }) => row.place)).toContain("cell1");
    expect(json("s.json").rows[0]).toMatchObject({ network: "tiny", runs: 1 });
    const second = await bars("analyze", directory, ...small, "--report", "edge");
    expect(second.out).toContain("1 network analysed, 1 of them earlier");
    expect(second.out).toContain("cell0.edge1-0.bin_conv_3x3");
  }, 60_000);

  it.each([
    {
      args: ["--set", "image=48"],
      code: 2,
      message: 'analyzeRuns: unknown key "image". Known keys: images,',
    },
    {
      args: [...small, "--set", "bits=7"],
      code: 2,
      message: "codes of 7 bits need at least 128 images (2^7), got 48",
    },
    {
      args: [...small, "--set", 'taps=["stam"]'],
      code: 2,
      message: 'tiny: no tap is named "stam". Near ones: stem,',
    },
    {
      args: ["--checkpoint", "best"],
      code: 1,
      message: "expected the weights of the best epoch, found no file.",
    },
  ])("says what is wrong: $message", async ({ args, code, message }) => {
    const { code: got, err } = await bars("analyze", directory, ...args);
    expect(err).toContain(message);
    expect(got).toBe(code);
  });
});
