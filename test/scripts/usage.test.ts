import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { presetNames } from "../../lib/config/presets";
import { root, scriptModule } from "./scriptModule";

interface Show {
  readonly status?: () => string;
  readonly stream?: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly interval?: number;
}
let usage: {
  exitCodeOf(error: unknown): number;
  standing(env: Record<string, string>, folder: string): string;
  UsageError: new (text: string) => Error;
};
let runAlive: (
  title: string,
  command: string,
  args: readonly string[],
  options: object,
  show?: Show,
) => Promise<{ status: number | null; error?: Error }>;
let installedText: (folder: string) => string;
let presets: readonly string[];

beforeAll(async () => {
  usage = await scriptModule<typeof usage>("usage.mjs");
  ({ runAlive } = await scriptModule<{ runAlive: typeof runAlive }>("run-alive.mjs"));
  ({ installedText } = await scriptModule<{ installedText: typeof installedText }>("ensure-installed.mjs"));
  ({ presets } = await scriptModule<{ presets: typeof presets }>("start.mjs"));
});

function script(name: string, ...args: string[]): Promise<{ code: number; err: string }> {
  const env = { ...process.env, BARS_SETUP: "skip" };
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(root, "scripts", name), ...args],
      { cwd: root, env },
      (error, _out, err) => done({ code: error ? (error.code as unknown as number) : 0, err }),
    );
  });
}

describe("a script that is called wrongly", () => {
  it.each([
    ["start.mjs", ["--sed", "1"], "Unknown option '--sed'"],
    ["start.mjs", ["--seed", "x"], '--seed must be an integer of at least 0, got "x".'],
    [
      "start.mjs",
      ["--preset", "huge"],
      '--preset must be one of smoke, laptop, paper, paper-imagenet, got "huge".',
    ],
    ["start.mjs", ["--notebook", "none.ipynb"], "none.ipynb does not exist."],
    ["run-notebooks.mjs", ["--timeout", "-1"], "--timeout"],
    ["jupyter.mjs", ["labb"], 'expected lab, notebook, --check or --execute, got "labb".'],
    ["jupyter.mjs", ["--execute", "none.ipynb"], "--execute expects a notebook, got none.ipynb."],
    ["install-kernel.mjs", ["--forc"], "Unknown option '--forc'"],
    ["setup-tensorflow.mjs", ["--system-cuda"], "--system-cuda needs --gpu."],
  ])("ends with 2, as bars does: %s %j", async (name, args, message) => {
    const { code, err } = await script(name, ...args);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  it("is told from one that fails", () => {
    expect(usage.exitCodeOf(new usage.UsageError("x"))).toBe(2);
    expect(usage.exitCodeOf(new Error("x"))).toBe(1);
    expect(usage.exitCodeOf(null)).toBe(1);
  });

  it("knows the presets of the library", () => {
    expect(presets).toEqual(presetNames);
  });
});

describe("where the user stands", () => {
  it("is the folder npm was called in, when npm moved to the project's", () => {
    const inside = join(root, "notebooks");
    expect(usage.standing({ INIT_CWD: inside }, root)).toBe(inside);
    expect(usage.standing({}, root)).toBe(root);
    // A script started elsewhere by something that npm started.
    expect(usage.standing({ INIT_CWD: inside }, tmpdir())).toBe(tmpdir());
  });

  it("is where messages begin, and typed paths", async () => {
    const env = { ...process.env, BARS_SETUP: "skip", INIT_CWD: join(root, "notebooks") };
    const { err } = await new Promise<{ err: string }>((done) => {
      const args = [join(root, "scripts/start.mjs"), "--notebook", "none.ipynb"];
      execFile(process.execPath, args, { cwd: root, env }, (_error, _out, text) => done({ err: text }));
    });
    expect(err).toBe("start: none.ipynb does not exist.\n");
  });
});

describe("runAlive", () => {
  const shown = async (isTTY: boolean, code: string) => {
    let text = "";
    const stream = { isTTY, write: (part: string) => (text += part) };
    const show = { stream, interval: 20, status: () => "3 of 9 packages" };
    const result = await runAlive("npm ci", process.execPath, ["-e", code], {}, show);
    return { text, result };
  };
  const slow = 'console.log("added 9 packages"); setTimeout(() => process.exit(3), 400)';

  it("writes lines while a command is silent, and what the command says", async () => {
    const { text, result } = await shown(false, slow);
    expect(result.status).toBe(3);
    expect(text).toMatch(/^npm ci: 0:0\d, 3 of 9 packages$/m);
    expect(text).toMatch(/^added 9 packages$/m);
    expect(text.split("npm ci: ").length).toBeGreaterThan(3);
  });

  it("on a terminal changes one line in place and leaves none of it", async () => {
    const { text } = await shown(true, slow);
    const clear = `\r${String.fromCharCode(27)}[K`;
    expect(text).toContain(`${clear}npm ci: 0:00, 3 of 9 packages${clear}`);
    expect(text.endsWith(clear)).toBe(true);
  });

  it("says why a command did not start", async () => {
    let text = "";
    const stream = { write: (part: string) => (text += part) };
    const { status, error } = await runAlive("x", join(root, "no-such-program"), [], {}, { stream });
    expect(status).toBeNull();
    expect(error?.message).toContain("ENOENT");
  });
});

describe("installedText", () => {
  it("counts packages of the lock file that are there", () => {
    const folder = mkdtempSync(join(tmpdir(), "bars-lock-"));
    try {
      const packages = {
        "": {},
        "node_modules/a": {},
        "node_modules/b": {},
        "node_modules/c": { optional: true },
      };
      writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages }));
      expect(installedText(folder)).toBe("0 of 2 packages");
      mkdirSync(join(folder, "node_modules/a"), { recursive: true });
      writeFileSync(join(folder, "node_modules/a/package.json"), "{}");
      expect(installedText(folder)).toBe("1 of 2 packages");
      expect(installedText(join(folder, "none"))).toBe("");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
