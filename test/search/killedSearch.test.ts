import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { search } from "../../lib/search/search";
import { searchFiles } from "../../lib/search/searchFiles";
import { readTensorFile } from "../../lib/util/tensorFile";
import { epochNumbers } from "../helpers/epochNumbers";
import { temporaryFolder, tinySearch } from "../helpers/tinySearch";

const root = temporaryFolder();
const cli = resolve(__dirname, "../../lib/bin/bars.cjs");

/** The same search from a second process: the command line with every setting of `tinySearch`. */
function startProcess(directory: string): ReturnType<typeof spawn> {
  const { space, data, cost, ...rest } = tinySearch({ checkpointSteps: 1, epochs: 4 });
  const settings = { space, data, cost, ...rest };
  const assignments = Object.entries(settings).flatMap(([key, value]) => [
    "--set",
    `${key}=${JSON.stringify(value)}`,
  ]);
  return spawn(process.execPath, [cli, "search", "--preset", "smoke", ...assignments, "--out", directory], {
    stdio: "pipe",
  });
}

function position(directory: string): { epoch: number; step: number } | null {
  const { checkpoint } = searchFiles(directory);
  if (!existsSync(checkpoint)) return null;
  return JSON.parse(readTensorFile(checkpoint).metadata["position"] as string) as {
    epoch: number;
    step: number;
  };
}

async function untilPosition(
  directory: string,
  reached: (p: { epoch: number; step: number }) => boolean,
): Promise<void> {
  for (let i = 0; i < 10_000; i++) {
    const now = position(directory);
    if (now && reached(now)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`the search did not get there: ${JSON.stringify(position(directory))}`);
}

const ended = (child: ReturnType<typeof spawn>) =>
  new Promise<{ code: number | null; signal: string | null }>((done) =>
    child.on("exit", (code, signal) => done({ code, signal })),
  );

it("a search whose process is killed in the middle of an epoch goes on to bit-identical alphas", async () => {
  const directory = join(root, "killed");
  const child = startProcess(directory);
  const exit = ended(child);
  await untilPosition(directory, ({ epoch, step }) => epoch >= 1 && step >= 1);
  child.kill("SIGKILL");
  expect((await exit).signal).toBe("SIGKILL");
  expect(JSON.parse(readFileSync(searchFiles(directory).record, "utf8")).status).toBe("running");
  const second = startProcess(directory);
  expect((await ended(second)).code).toBe(0);
  const resumed = JSON.parse(readFileSync(searchFiles(directory).record, "utf8"));
  const whole = await search(resumed.config, { directory: join(root, "whole") });
  expect(epochNumbers(resumed)).toEqual(epochNumbers(whole));
});

it("Ctrl-C saves between two steps, says so and exits with 130; the same command goes on", async () => {
  const directory = join(root, "interrupted");
  const child = startProcess(directory);
  let output = "";
  child.stderr?.on("data", (text) => {
    output += text;
  });
  const exit = ended(child);
  await untilPosition(directory, ({ epoch }) => epoch >= 1);
  child.kill("SIGINT");
  expect((await exit).code).toBe(130);
  expect(output).toContain("everything is saved. Run the same command again to go on.");
  expect(JSON.parse(readFileSync(searchFiles(directory).record, "utf8")).status).toBe("interrupted");
  expect((await ended(startProcess(directory))).code).toBe(0);
});
