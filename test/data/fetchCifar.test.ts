import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { archiveUrl, type CifarArchive, cifarArchives, missingFiles } from "../../lib/data/cifarArchive";
import { fetchCifar } from "../../lib/data/fetchCifar";
import { silentProgress } from "../../lib/util/progress";
import { tarGz } from "./tarFixture";

const bytes = tarGz([
  { name: "small-bin/", kind: "5" },
  { name: "small-bin/one.bin", body: Buffer.from("one") },
  { name: "small-bin/two.bin", body: Buffer.alloc(5000, 2) },
]);

let server: Server;
let root: string;
let directory: string;
let archive: CifarArchive;
let visits = 0;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "bars-fetch-"));
  server = createServer((request, response) => {
    visits++;
    if (request.url === "/small.tar.gz") response.end(bytes);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  archive = {
    name: "Small",
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/small.tar.gz`,
    urlVariable: "BARS_TEST_ARCHIVE_URL",
    md5: createHash("md5").update(bytes).digest("hex"),
    fileName: "small.tar.gz",
    folder: "small-bin",
    files: ["one.bin", "two.bin"],
  };
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  visits = 0;
  directory = join(mkdtempSync(join(root, "case-")), "raw");
});

const read = (file: string) => readFileSync(join(directory, "small-bin", file), "utf8");
const byHand = () =>
  `To provide Small by hand, put ${archive.url} into ${directory}, or unpack it there so that ` +
  `${join(directory, "small-bin", "one.bin")} exists; a mirror can be named in BARS_TEST_ARCHIVE_URL. ` +
  'Without it, choose dataset "synthetic".';

describe("fetchCifar", () => {
  it("downloads and unpacks what is missing, leaves nothing else behind, and then has nothing to do", async () => {
    await fetchCifar(archive, directory, true);
    expect(read("one.bin")).toBe("one");
    expect(read("two.bin").length).toBe(5000);
    expect(readdirSync(directory).sort()).toEqual(["small-bin", "small.tar.gz"]);
    await fetchCifar(archive, directory, true);
    expect(visits).toBe(1);
  });

  it("downloads and unpacks once when several ask at the same time", async () => {
    const titles: string[] = [];
    const progress = { ...silentProgress, start: (title: string) => titles.push(title) };
    await Promise.all([1, 2, 3].map(() => fetchCifar(archive, directory, true, progress)));
    expect(titles).toEqual(["downloading small.tar.gz", "unpacking small.tar.gz"]);
    expect(missingFiles(archive, directory)).toEqual([]);
  });

  it("removes what a process left that was killed while it unpacked", async () => {
    mkdirSync(join(directory, ".small-bin-Ab12cd"), { recursive: true });
    writeFileSync(join(directory, ".small-bin-Ab12cd", "one.bin"), "half");
    await fetchCifar(archive, directory, true);
    expect(readdirSync(directory).sort()).toEqual(["small-bin", "small.tar.gz"]);
  });

  it("unpacks an archive put there by hand, even when downloads are not allowed", async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, "small.tar.gz"), bytes);
    await fetchCifar(archive, directory, false);
    expect(read("one.bin")).toBe("one");
    expect(visits).toBe(0);
  });

  it("adds missing files and never replaces one that is there", async () => {
    mkdirSync(join(directory, "small-bin"), { recursive: true });
    writeFileSync(join(directory, "small-bin/one.bin"), "mine");
    await fetchCifar(archive, directory, true);
    expect(read("one.bin")).toBe("mine");
    expect(read("two.bin").length).toBe(5000);
  });

  it("says how to provide the files when downloads are not allowed", async () => {
    await expect(fetchCifar(archive, directory, false)).rejects.toThrow(
      `fetchCifar: ${join(directory, "small-bin")} lacks one.bin, two.bin, and downloads are not allowed. ${byHand()}`,
    );
    expect(existsSync(directory)).toBe(false);
  });

  it("refuses an archive on disk with another checksum", async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, "small.tar.gz"), "half");
    const got = createHash("md5").update("half").digest("hex");
    await expect(fetchCifar(archive, directory, true)).rejects.toThrow(
      `fetchCifar: ${join(directory, "small.tar.gz")} must have the md5 ${archive.md5}, got ${got}; ` +
        `the archive is incomplete or another one. Delete it and load again. ${byHand()}`,
    );
    expect(readdirSync(directory)).toEqual(["small.tar.gz"]);
  });

  it("takes the address from the environment where it is set, with the same remedy when it fails", async () => {
    const mirror = archive.url.replace("small", "mirror");
    process.env["BARS_TEST_ARCHIVE_URL"] = mirror;
    try {
      await expect(fetchCifar(archive, directory, true)).rejects.toThrow(
        `downloadFile: ${mirror} must answer with the file, got HTTP status 404 (Not Found). ${byHand()}`,
      );
    } finally {
      delete process.env["BARS_TEST_ARCHIVE_URL"];
    }
    expect(readdirSync(directory)).toEqual([]);
  });

  it("explains a directory that cannot be made", async () => {
    writeFileSync(directory, "a file");
    await expect(fetchCifar(archive, directory, true)).rejects.toThrow(
      `fetchCifar: cannot write ${directory}: a file is in the place of a folder; move it or choose another directory (EEXIST).`,
    );
  });
});

describe("cifarArchives", () => {
  it("name the official addresses, overridden only by their own variable", () => {
    delete process.env["BARS_CIFAR10_URL"];
    expect(archiveUrl(cifarArchives.cifar10)).toBe("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz");
    process.env["BARS_CIFAR10_URL"] = "http://mirror.example/a.tar.gz";
    expect(archiveUrl(cifarArchives.cifar10)).toBe("http://mirror.example/a.tar.gz");
    expect(archiveUrl(cifarArchives.cifar100)).toBe(
      "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
    );
    delete process.env["BARS_CIFAR10_URL"];
  });
});
