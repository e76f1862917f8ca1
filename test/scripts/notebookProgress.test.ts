import { beforeAll, describe, expect, it } from "vitest";
import { type NotebookFile, notebookOf, type OutputFile } from "./notebookFile";
import { scriptModule } from "./scriptModule";

interface Event {
  readonly kind: "begin" | "output" | "end";
  readonly cell: number;
  readonly position?: number;
  readonly total?: number;
  readonly ok?: boolean;
  readonly seconds?: number;
  readonly id?: string;
  readonly output?: OutputFile;
}
interface Out {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

let notebookProgress: (notebook: NotebookFile, out: Out, now: () => number) => (event: Event) => void;

beforeAll(async () => {
  ({ notebookProgress } = await scriptModule<{ notebookProgress: typeof notebookProgress }>(
    "notebook-progress.mjs",
  ));
});

const begin: Event = { kind: "begin", cell: 0, position: 1, total: 2 };
const end: Event = { kind: "end", cell: 0, ok: true, seconds: 1.26 };
const shown = (id: string, text: string): Event => ({
  kind: "output",
  cell: 0,
  id,
  output: { output_type: "display_data", data: { "text/plain": text } },
});

function lines(events: readonly (Event | number)[], tty = false): string[] {
  let at = 0;
  let text = "";
  const out = { write: (part: string) => (text += part), isTTY: tty, columns: 40 };
  const onEvent = notebookProgress(
    notebookOf("import * as bars from 'bars';\n\nconst a = 1;"),
    out,
    () => at,
  );
  for (const event of events) {
    if (typeof event === "number") at += event;
    else onEvent(event);
  }
  return text.split("\n");
}

describe("notebookProgress", () => {
  it("names each cell by its first line that is no import, and says how it ended", () => {
    const failed = { ...end, ok: false };
    expect(lines([begin, end, begin, failed])).toEqual([
      "[1/2] const a = 1;",
      "      done in 1.3 s",
      "[1/2] const a = 1;",
      "      failed in 1.3 s",
      "",
    ]);
  });

  it("prints what a cell prints, without colours", () => {
    const output = { output_type: "stream", name: "stdout", text: "\u001b[31ma\u001b[0m\nb\n" };
    expect(lines([{ kind: "output", cell: 0, output }])).toEqual(["      a", "      b", ""]);
  });

  it("prints a display that changes at most every five seconds, and always its last state", () => {
    const events = [
      begin,
      shown("d", "1%"),
      1000,
      shown("d", "2%"),
      4000,
      shown("d", "3%"),
      10,
      shown("d", "4%"),
      shown("e", "x"),
      end,
    ];
    expect(lines(events)).toEqual([
      "[1/2] const a = 1;",
      "      1%",
      "      3%",
      "      4%",
      "      x",
      "      done in 1.3 s",
      "",
    ]);
  });

  it("changes one line of a terminal in place, cut to its width", () => {
    const text = lines([shown("d", "1%"), shown("d", "x".repeat(99)), end], true);
    expect(text[0]).toBe(`\r\u001b[2K      1%\r\u001b[2K      ${"x".repeat(33)}`);
    expect(text[1]).toBe("      done in 1.3 s");
  });
});
