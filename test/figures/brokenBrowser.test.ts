import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { chromiumSeconds, closeChromium, findChromium } from "../../lib/figures/export/chromium";
import { exportFigure } from "../../lib/figures/export/exportFigure";
import { isPdf } from "../../lib/figures/export/pdfInfo";
import type { Figure } from "../../lib/figures/frame/figure";

const folder = mkdtempSync(join(tmpdir(), "bars-broken-"));
const real = findChromium();
const layout = { width: 300, height: 200, title: { text: "Small" } };
const figure: Figure = { data: [{ type: "scatter", x: [1, 2], y: [1, 2] }], layout };
const deep: Figure = { data: [{ type: "scatter3d", x: [1], y: [1], z: [1] }], layout };

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
afterAll(async () => {
  await closeChromium();
  rmSync(folder, { recursive: true });
});

/** A program that stands in for a browser. */
function browser(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv("BARS_CHROMIUM", path);
  return path;
}
const warned = () => vi.spyOn(console, "warn").mockImplementation(() => {});
const remedy = "set BARS_CHROMIUM to another one, or to none to draw without.";
const instead = "The built-in engine draws instead, for the rest of this process.";

/** Whether a process is there, and no zombie. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, "utf8"));
}

describe.skipIf(process.platform === "win32")("a browser that does not do its work", () => {
  it("that is slow is left after the time it has, ended, and said so; this process draws instead", async () => {
    const path = browser("slow", `echo $$ > ${folder}/slow.pid\nexec sleep 600`);
    vi.stubEnv("BARS_CHROMIUM_SECONDS", "0.5");
    const warn = warned();
    const out = join(folder, "slow.pdf");
    expect(await exportFigure(figure, out)).toEqual([out]);
    expect(isPdf(readFileSync(out))).toBe(true);
    expect(warn.mock.calls).toEqual([
      [
        `exportFigure: ${path}: the browser did not answer within 0.5 s (BARS_CHROMIUM_SECONDS); ${remedy} ${instead}`,
      ],
    ]);
    const started = Date.now();
    await exportFigure(figure, join(folder, "again.svg"));
    expect(Date.now() - started, "asked once alone").toBeLessThan(60_000);
    expect(warn).toHaveBeenCalledTimes(1);
    const pid = Number(readFileSync(join(folder, "slow.pid"), "utf8"));
    await vi.waitFor(() => expect(runs(pid)).toBe(false), { timeout: 20_000, interval: 100 });
  });

  it("that ends at once is left, and said so", async () => {
    const path = browser("broken", "echo nothing here >&2; exit 3");
    const warn = warned();
    for (const name of ["broken.png", "broken.svg"]) await exportFigure(figure, join(folder, name));
    expect(warn.mock.calls).toHaveLength(1);
    expect(warn.mock.calls[0]?.[0]).toMatch(
      new RegExp(`^exportFigure: ${path}: the browser could not be started \\(.+\\); ${remedy} ${instead}$`),
    );
    expect(readFileSync(join(folder, "broken.svg"), "utf8")).toContain("Small");
  });

  it("that was asked for, or that a figure needs, is an error", async () => {
    const path = browser("asked", "exit 3");
    const warn = warned();
    await expect(exportFigure(figure, join(folder, "a.pdf"), { engine: "chromium" })).rejects.toThrow(
      `${path}: the browser could not be started (`,
    );
    await expect(exportFigure(deep, join(folder, "b.pdf"))).rejects.toThrow(
      `exportFigure: the figure "Small" has a trace of type scatter3d, which needs WebGL and so a browser; ${path}: the browser could not be started (`,
    );
    expect(warn).not.toHaveBeenCalled();
    expect(existsSync(join(folder, "a.pdf")) || existsSync(join(folder, "b.pdf"))).toBe(false);
  });

  it.skipIf(real === null)("that stops or dies in the middle is left, ended, and said so", async () => {
    for (const [name, signal, seconds, why] of [
      ["stopped", "SIGSTOP", "1", /did not answer within 1 s/],
      ["killed", "SIGKILL", "60", /the browser (ended while it drew|could not be started) \(/],
    ] as const) {
      const path = browser(name, `echo $$ > ${folder}/${name}.pid\nexec ${real} "$@"`);
      const warn = warned();
      await exportFigure(figure, join(folder, `${name}.svg`), { engine: "chromium" });
      const pid = Number(readFileSync(join(folder, `${name}.pid`), "utf8"));
      const large: Figure = { ...figure, data: Array.from({ length: 40 }, () => figure.data[0] as never) };
      vi.stubEnv("BARS_CHROMIUM_SECONDS", seconds);
      const drawing = exportFigure(large, join(folder, `${name}.pdf`));
      process.kill(pid, signal);
      await drawing;
      expect(isPdf(readFileSync(join(folder, `${name}.pdf`)))).toBe(true);
      expect(warn.mock.calls.flat().join("\n")).toMatch(why);
      expect(warn.mock.calls.flat().join("\n")).toContain(`exportFigure: ${path}: the browser`);
      await vi.waitFor(() => expect(runs(pid)).toBe(false), { timeout: 20_000, interval: 100 });
      vi.unstubAllEnvs();
      warn.mockRestore();
    }
  });
});

describe("chromiumSeconds", () => {
  it("is a minute unless told", () => {
    expect(chromiumSeconds({})).toBe(60);
    expect(chromiumSeconds({ BARS_CHROMIUM_SECONDS: "2.5" })).toBe(2.5);
  });

  it.each(["x", "0", "-1", "Infinity"])("refuses %s", (asked) => {
    expect(() => chromiumSeconds({ BARS_CHROMIUM_SECONDS: asked })).toThrow(
      `BARS_CHROMIUM_SECONDS: expected a positive number of seconds, got "${asked}"; unset it for 60.`,
    );
  });
});
