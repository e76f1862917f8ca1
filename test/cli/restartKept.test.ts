import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { type Restartable, restartKept } from "../../lib/cli/restartKept";

const kept = { MALLOC_TRIM_THRESHOLD_: "4294967296", MALLOC_MMAP_THRESHOLD_: "4294967296" };
const started = (change: Partial<Restartable>) => {
  const execve = vi.fn<NonNullable<Restartable["execve"]>>();
  const argv = ["node", "bars.cjs", "train", "g.json", "--epochs", "3"];
  const settled = { execArgv: ["--no-warnings"], execPath: "/bin/node", platform: "linux" as const };
  restartKept({ argv, env: { HOME: "/h" }, connected: false, execve, ...settled, ...change });
  return execve.mock.calls;
};

describe("restartKept", () => {
  it("puts the same command line with kept memory in the place of a process that computes for long", () => {
    expect(started({})).toEqual([
      [
        "/bin/node",
        ["/bin/node", "--no-warnings", "bars.cjs", "train", "g.json", "--epochs", "3"],
        { HOME: "/h", ...kept },
      ],
    ]);
  });

  it("leaves alone what is short, settled, a child with a channel, or on another system", () => {
    expect(started({ argv: ["node", "bars.cjs", "draw", "g.json"] })).toEqual([]);
    for (const help of ["--help", "-h"])
      expect(started({ argv: ["node", "bars.cjs", "train", help] })).toEqual([]);
    // Its workers would inherit it; and it measures what it is started with.
    for (const command of ["race", "bench"])
      expect(started({ argv: ["node", "bars.cjs", command] })).toEqual([]);
    expect(started({ argv: ["node", "bars.cjs"] })).toEqual([]);
    expect(started({ env: kept })).toEqual([]);
    expect(started({ env: { MALLOC_ARENA_MAX: "1" } })).toEqual([]);
    expect(started({ connected: true })).toEqual([]);
    expect(started({ platform: "darwin" })).toEqual([]);
    const refusing = vi.fn(() => {
      throw new Error("refused");
    });
    expect(started({ execve: refusing })).toEqual([]);
    expect(refusing).toHaveBeenCalledOnce();
  });

  // Node 20 cannot.
  it.skipIf(!("execve" in process))("keeps number, output and exit code", () => {
    const code = `
      const { restartKept } = require(${JSON.stringify(resolve("lib/dist/cli/restartKept.js"))});
      console.log(process.pid, process.env.MALLOC_MMAP_THRESHOLD_);
      restartKept(process);
      process.exitCode = 3;`;
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^MALLOC_|^GLIBC/.test(name)),
    );
    const { stdout, stderr, status } = spawnSync(process.execPath, ["-e", code, "x", "train"], { env });
    const [first, second] = stdout
      .toString()
      .trim()
      .split("\n")
      .map((line) => line.split(" "));
    expect(first?.[1]).toBe("undefined");
    expect(second).toEqual([first?.[0], "4294967296"]);
    expect(stderr.toString()).toBe("");
    expect(status).toBe(3);
  });
});
