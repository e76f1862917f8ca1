import { afterEach, expect, it, vi } from "vitest";
import { showMarkdown } from "../../../lib/figures/plots/showMarkdown";

const host = globalThis as { __tslab__?: unknown };

afterEach(() => {
  host.__tslab__ = undefined;
  vi.restoreAllMocks();
});

it("writes one entry of Markdown with the same text for viewers without it", () => {
  const sent: { data: object }[] = [];
  const display = { raw() {} };
  const jupyter = { lastWriteDisplayData: (message: { data: object }) => sent.push(message) };
  host.__tslab__ = {
    require: (name: string) => (name === "tslab" ? { display, newDisplay: () => display } : jupyter),
  };
  showMarkdown("a **b** $c$");
  expect(sent.map(({ data }) => data)).toEqual([
    { "text/markdown": "a **b** $c$", "text/plain": "a **b** $c$" },
  ]);
});

it("prints the text outside a notebook", () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  showMarkdown("a **b**");
  expect(log.mock.calls).toEqual([["a **b**"]]);
});
