import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// Only what fails before anything is downloaded; the build itself needs the network and minutes.
const root = resolve(__dirname, "../..");
const architecture = process.arch === "arm64" ? "aarch64" : "x86_64";
const python = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);
const compiler = ["g++", "c++", "clang++"].find((name) => spawnSync(name, ["--version"]).status === 0);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bars-setup-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function setup(options: readonly string[], environment: Record<string, string> = {}) {
  const script = join(root, "scripts/setup-tensorflow.mjs");
  const env = { ...process.env, ...environment };
  return spawnSync(process.execPath, [script, ...options], { cwd: root, env, encoding: "utf8" });
}

/** The one line the script prints about its failure. */
function failure(options: readonly string[], environment: Record<string, string> = {}, code = 1): string {
  const { status, stderr } = setup(options, environment);
  expect(status).toBe(code);
  return stderr.trim().split("\n")[0] as string;
}

/** A file of this name that is no wheel. */
function fakeWheel(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, "not a zip archive");
  return path;
}

/** A Python whose pip does what the shell line says. */
function fakePython(name: string, pip: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\ncase "$*" in *pip*) ${pip};; esac\nexec ${python} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

describe("setup:tensorflow", () => {
  it("explains its options", () => {
    const { status, stdout } = setup(["--help"]);
    expect(status).toBe(0);
    for (const option of ["--gpu", "--system-cuda", "--version", "--wheel", "--python", "--force"]) {
      expect(stdout).toContain(option);
    }
  });

  it("refuses options that do not go together or do not exist", () => {
    const refusal = (options: readonly string[]) => failure(options, {}, 2);
    expect(refusal(["--wheel", "a.whl", "--version", "2.20.0"])).toBe(
      "setup:tensorflow: --wheel and --version exclude each other; a wheel has its version.",
    );
    expect(refusal(["--system-cuda"])).toBe("setup:tensorflow: --system-cuda needs --gpu.");
    expect(refusal(["--wheel", join(folder, "none.whl")])).toBe(
      `setup:tensorflow: --wheel: there is no file ${join(folder, "none.whl")}.`,
    );
    expect(refusal(["--gpu", "--wheel", fakeWheel("tensorflow_cpu-2.21.0-x.whl")])).toBe(
      "setup:tensorflow: --gpu needs a wheel named tensorflow-*.whl, got tensorflow_cpu-2.21.0-x.whl.",
    );
    expect(refusal(["--gpus"])).toMatch(/^setup:tensorflow: Unknown option '--gpus'/);
  });

  describe.skipIf(process.platform !== "linux" || !python || !compiler)(
    "on Linux with Python and a compiler",
    () => {
      it("names what is missing on the machine", () => {
        expect(failure(["--python", "no-such-python"])).toBe(
          "setup:tensorflow: no Python 3.8 or newer found as no-such-python; install python3 (Debian: apt install python3 " +
            "python3-pip) or name one with --python.",
        );
        expect(failure([], { CXX: "no-such-compiler" })).toBe(
          "setup:tensorflow: no C++ compiler found as no-such-compiler; install one (Debian: apt install g++) or name one in CXX.",
        );
        const noPip = fakePython("no-pip", "exit 1");
        expect(failure(["--version", "9.9.9", "--python", noPip])).toBe(
          `setup:tensorflow: ${noPip} has no pip; install it (Debian: apt install python3-pip), or pass a wheel with --wheel.`,
        );
      });

      it("says what pip could not get, with pip's own last words", () => {
        const offline = fakePython(
          "offline",
          'case "$*" in *--version) exit 0;; esac; echo "ERROR: no index" >&2; exit 1',
        );
        const { status, stderr } = setup(["--version", "9.9.9", "--python", offline]);
        expect(status).toBe(1);
        expect(stderr).toMatch(
          /^setup:tensorflow: pip could not get tensorflow(-cpu)?==9\.9\.9; check its configuration and the network, or pass a wheel with --wheel\.\n {2}ERROR: no index\n$/,
        );
      });

      it.each([
        [
          "a wheel of another project",
          "numpy-2.0.0-cp311-cp311-manylinux_2_17_x86_64.whl",
          "expected a wheel named tensorflow-*.whl or tensorflow_cpu-*.whl, got numpy-2.0.0-cp311-cp311-manylinux_2_17_x86_64.whl.",
        ],
        [
          "a wheel for another system",
          "tensorflow_cpu-2.21.0-cp311-cp311-win_amd64.whl",
          `expected a wheel for Linux on ${architecture}, got tensorflow_cpu-2.21.0-cp311-cp311-win_amd64.whl.`,
        ],
        [
          "a file that is no archive",
          `tensorflow_cpu-2.21.0-cp311-cp311-manylinux2014_${architecture}.whl`,
          `tensorflow_cpu-2.21.0-cp311-cp311-manylinux2014_${architecture}.whl cannot be unzipped; delete it and try again.`,
        ],
      ])("refuses %s", (_, name, message) => {
        expect(failure(["--wheel", fakeWheel(name)])).toBe(`setup:tensorflow: ${message}`);
      });

      it("refuses a wheel that needs a newer C library, and leaves nothing behind", () => {
        const before = existsSync(join(root, "vendor")) ? readdirSync(join(root, "vendor")) : [];
        const name = `tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_99_${architecture}.whl`;
        expect(failure(["--wheel", fakeWheel(name)])).toMatch(
          /manylinux_2_99_\w+\.whl needs glibc 2\.99, this machine has 2\.\d+; choose an older TensorFlow with --version\.$/,
        );
        const after = existsSync(join(root, "vendor")) ? readdirSync(join(root, "vendor")) : [];
        expect(after).toEqual(before);
      });
    },
  );
});
