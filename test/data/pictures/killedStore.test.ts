import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import { temporaryFolder } from "../../helpers/tinySearch";
import { pictureFolder } from "./folderFixture";

const root = temporaryFolder();
const cli = resolve(__dirname, "../../../lib/bin/bars.cjs");
// More pictures than are flushed at once (256), so that a kill finds some that are safe and some that are not.
const perClass = 300;
let pictures = "";
afterAll(() => rmSync(pictures, { recursive: true, force: true }));

/** `bars data` in a process of its own, which decodes the pictures into a file below `directory`. */
function decode(directory: string): ReturnType<typeof spawn> {
  const folder = ["--folder", pictures, "--image-size", "64", "--data-dir", directory];
  return spawn(process.execPath, [cli, "data", "--dataset", "image-folder", ...folder], { stdio: "pipe" });
}

const ended = (child: ReturnType<typeof spawn>) =>
  new Promise<number | null>((done) => child.on("exit", (code) => done(code)));

const stores = (directory: string): string[] => {
  const folder = join(directory, "image-folder");
  return existsSync(folder) ? readdirSync(folder).sort() : [];
};
const sizeOf = (directory: string, end: string): number => {
  const name = stores(directory).find((one) => one.endsWith(end));
  return name ? statSync(join(directory, "image-folder", name)).size : 0;
};

it("a file of decoded pictures whose maker is killed again and again becomes, byte for byte, what it would have been", async () => {
  pictures = await pictureFolder(perClass);
  const whole = join(root, "whole");
  expect(await ended(decode(whole))).toBe(0);
  const [store] = stores(whole) as [string];
  expect(stores(whole)).toEqual([store]);
  const total = sizeOf(whole, ".pictures");

  const directory = join(root, "killed");
  const killedAt: number[] = [];
  for (const share of [0.1, 0.3, 0.55, 0.8]) {
    const child = decode(directory);
    const exit = ended(child);
    let over = false;
    void exit.then(() => {
      over = true;
    });
    while (!over && sizeOf(directory, ".partial") < share * total)
      await new Promise((next) => setTimeout(next, 2));
    if (!over) killedAt.push(sizeOf(directory, ".partial") / total);
    child.kill("SIGKILL");
    await exit;
    if (stores(directory).includes(store)) break;
  }
  expect(killedAt.length, killedAt.join(" ")).toBeGreaterThan(1);
  expect(await ended(decode(directory))).toBe(0);
  expect(stores(directory)).toEqual([store]);
  const read = (from: string) => readFileSync(join(from, "image-folder", store));
  expect(read(directory).equals(read(whole))).toBe(true);
});
