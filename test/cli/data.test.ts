import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join, relative, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { withAssignment } from "../../lib/cli/overrides";
import type { SearchConfig } from "../../lib/config/searchConfig";
import { cifarContents } from "../../lib/data/cifarContent";
import { debianFashionMnist } from "../../lib/data/datasets/mnist";
import { writeCifar } from "../data/cifarFixture";
import { pictureFolder, put } from "../data/pictures/folderFixture";
import { barsProcess } from "../helpers/shell";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();
const cli = resolve(__dirname, "../../lib/bin/bars.cjs");

/** `bars data` in a process of its own. */
function barsData(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [cli, "data", "--offline", "--data-dir", folder, ...args],
      (error, out, err) => {
        done({ code: error ? (error.code as unknown as number) : 0, out, err });
      },
    );
  });
}

describe("bars data", () => {
  it("says what it checked, and that the files are not the official ones", async () => {
    writeCifar(folder, cifarContents.cifar10);
    const { code, out } = await barsData();
    expect(out).toContain(
      "CIFAR-10: 50000 training images, 10000 test images\n  checked: sizes and labels\n",
    );
    expect(out).toContain("  checked: 5000 training and 1000 test images of each class (10)\n");
    expect(out).toContain(
      "  checked: no image there twice, no image in both the training and the test set\n",
    );
    expect(out).toContain("  checked: not the official bytes, checked by content: data_batch_1.bin, ");
    expect(out).toContain(
      "CIFAR-10, binary version. Not byte for byte the official files (md5): data_batch_1.bin, ",
    );
    expect(code).toBe(0);
  });

  it("exits with 1 and names the file where the content is wrong", async () => {
    const path = join(writeCifar(folder, cifarContents.cifar10), "data_batch_4.bin");
    writeFileSync(path, Buffer.alloc(readFileSync(path).length));
    const { code, err } = await barsData();
    expect(err).toContain("no image must come twice, got 9999 in data_batch_4.bin itself");
    expect(err).toContain("Delete data_batch_4.bin and load again to have it extracted anew");
    expect(code).toBe(1);
  });
});

describe("bars data --folder and --list", () => {
  /** A project of the user's, whose folder the settings' paths are meant from, and a folder in it. */
  const project = mkdtempSync(join(tmpdir(), "bars project-"));
  const sub = join(project, "sub");
  afterAll(() => rmSync(project, { recursive: true, force: true }));
  const store = join(folder, "stores");

  /** The words that the last line says to add, as a shell takes them. */
  const addedWords = (out: string): string[] => {
    const words = /^To use them: (.*)$/m.exec(out)?.[1] as string;
    return execFileSync("sh", ["-c", `printf '%s\\n' ${words}`], { encoding: "utf8" })
      .trim()
      .split("\n");
  };

  it.each([
    { given: "pics", setting: "sub/pics" },
    { given: "my pics", setting: "sub/my pics" },
    { given: "../2024", setting: "2024" },
    { given: "../none", setting: "none" },
  ])("read $given from where the user stands, and say how settings name it", async ({ given, setting }) => {
    mkdirSync(join(project, "node_modules/bars"), { recursive: true });
    const pictures = join(project, setting);
    const made = await pictureFolder(2);
    cpSync(made, pictures, { recursive: true });
    rmSync(made, { recursive: true });
    // In the project's folder, another of the name.
    if (given === "pics") put(project, "pics/only/a.png", "");
    const options = ["--image-size", "16", "--data-dir", store];
    const { code, out, err } = await barsProcess(sub)("data", "--folder", given, ...options);
    expect(code, err).toBe(0);
    expect(out).toContain("4 training images, 4 test images");
    const [, assigned, ...others] = addedWords(out).filter((word) => word !== "--set");
    expect(others, "presets ask for more images than a folder may have").toEqual(
      expect.arrayContaining(["data.trainImages=0", "data.testImages=0"]),
    );
    const settings = withAssignment<SearchConfig>({}, assigned as string);
    const path = settings.data?.folder?.path as string;
    expect(resolve(project, path)).toBe(pictures);
    expect(path).not.toBe("none");
    expect(isAbsolute(path)).toBe(false);
  });

  it("take a list from where the user stands, and name one outside of the project as it is", async () => {
    const outside = await pictureFolder(2);
    const lines = ["train", "val"].flatMap((part) =>
      ["day", "night"].map((name) => `${part}/${name}/p0.png,${name},${part}`),
    );
    const list = put(outside, "list.csv", lines.join("\n"));
    const options = ["--image-size", "16", "--data-dir", store];
    const { code, out } = await barsProcess(sub)("data", "--list", relative(sub, list), ...options);
    expect(code).toBe(0);
    expect(addedWords(out)).toContain(`data.folder.list=${list}`);
    rmSync(outside, { recursive: true });
  });
});

describe("bars search without CIFAR-10", () => {
  // With Debian's Fashion-MNIST installed, "auto" takes that.
  it.skipIf(existsSync(debianFashionMnist))("says once why, and how to provide the files", async () => {
    const settings = {
      space: { initChannels: 2, cellLayout: [0, 1], steps: 1, widthChoices: [0.5, 1] },
      data: { dataset: "auto", directory: join(folder, "none"), trainImages: 40, testImages: 20 },
      batchSize: 10,
      epochs: 2,
      warmupEpochs: 1,
      evaluationImages: 0,
    };
    const config = join(folder, "settings.json");
    writeFileSync(config, JSON.stringify(settings));
    const args = [cli, "search", "--config", config, "--out", join(folder, "run")];
    // Nothing listens on port 1 of the local machine.
    const env = { ...process.env, BARS_CIFAR10_URL: "http://127.0.0.1:1/cifar-10-binary.tar.gz" };
    const { out, error } = await new Promise<{ out: string; error: Error | null }>((done) => {
      execFile(process.execPath, args, { env }, (failed, stdout, stderr) =>
        done({ out: stdout + stderr, error: failed }),
      );
    });
    expect(error).toBeNull();
    const times = (text: string) => out.split(text).length - 1;
    expect(times("\nThe data: Synthetic patterns drawn by this library, not photographs;")).toBe(1);
    expect(times("CIFAR-10 could not be fetched")).toBe(1);
    expect(times("To provide CIFAR-10 by hand")).toBe(1);
  });
});
