import { afterEach, describe, expect, it, vi } from "vitest";
import { compareCommand } from "../../lib/cli/compareCommand";

const run = async (...args: string[]) => {
  const printed: string[] = [];
  vi.spyOn(console, "log").mockImplementation((text) => void printed.push(String(text)));
  const silent = { writeOut() {}, writeErr() {} };
  await compareCommand().exitOverride().configureOutput(silent).parseAsync(args, { from: "user" });
  return printed.join("\n");
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe("bars compare --plan", () => {
  it("lists the networks with their BOPs and the seeds, trains none", async () => {
    const text = await run("layout", "--preset", "smoke", "--plan", "--only", "reduction-plain");
    expect(text).toContain("1100000 BOPs within 25 %, seeds 0");
    expect(text).toMatch(/reference[\s\S]*reduction-plain/);
    expect(text).not.toContain("width-1-1-1");
  });

  it("takes names with blanks around them", async () => {
    const text = await run(
      "layout",
      "--preset",
      "smoke",
      "--plan",
      "--only",
      "reduction-plain , width-1-1-1",
    );
    expect(text).toMatch(/reduction-plain[\s\S]*width-1-1-1|width-1-1-1[\s\S]*reduction-plain/);
  });

  it("takes other seeds than the preset's, each once", async () => {
    const asked = (seeds: string) => run("topology", "--preset", "smoke", "--plan", "--seeds", seeds);
    expect(await asked("3,4,5")).toContain("seeds 3, 4, 5");
    await expect(asked("1,1")).rejects.toThrow(/argument '1,1' is invalid\. each seed once\./);
    await expect(asked("1,x")).rejects.toThrow(
      /argument '1,x' is invalid\. expected a whole number, got "x"\./,
    );
  });
});
