import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { main, program } from "../../lib/cli/main";
import { temporaryFolder } from "../helpers/tinySearch";

type Command = ReturnType<typeof program>;

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const file = (name: string, content: unknown) => {
  writeFileSync(at(name), JSON.stringify(content));
  return at(name);
};
const record = resolve(__dirname, "../../data/records/frontier/searches/bars-12M-s0.json");
const run = { name: "r", stage: "baseline", baseline: { family: "resnet20", width: 0.25 } };
const sweep = file("sweep.json", { kind: "bars.sweep", schema: 1, name: "s", runs: [run] });
const wrongSweep = file("wrong.json", {
  kind: "bars.sweep",
  schema: 1,
  name: "s",
  runs: [{ ...run, stag: 1 }],
});
const list = file("list.json", [1]);
const damaged = file("damaged.json", { kind: "bars.genotype", schema: 1 });
mkdirSync(at("empty"));
mkdirSync(at("damaged"));
writeFileSync(at("damaged/record.json"), '{"kind": "bars.search-record"');

let said: string[] = [];
beforeEach(() => {
  said = [];
  const hear = (text: unknown) => {
    said.push(String(text));
    return true;
  };
  vi.spyOn(process.stderr, "write").mockImplementation(hear);
  vi.spyOn(process.stdout, "write").mockImplementation(hear);
  vi.spyOn(console, "error").mockImplementation(hear);
  vi.spyOn(console, "log").mockImplementation(hear);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

async function code(...args: string[]): Promise<number> {
  process.exitCode = undefined;
  await main(["node", "bars", ...args]);
  return Number(process.exitCode ?? 0);
}

/** What its arguments may be. */
function usualArguments(command: Command): string[] {
  if (command.name() === "compare") return ["layout"];
  return command.registeredArguments.map((own) => (own.name() === "preset" ? "smoke" : record));
}

/** What no such option may be: names of files may be any text but an empty one. */
function nonsense({ parseArg }: Command["options"][number]): string {
  try {
    parseArg?.("non.sense", undefined);
    return "";
  } catch {
    return "non.sense";
  }
}

/** Every command with the words that call it. */
function commands(
  command: Command = program(),
  words: string[] = [],
): { words: string[]; command: Command }[] {
  return command.commands.flatMap((own) => {
    const called = [...words, own.name()];
    return [{ words: called, command: own }, ...commands(own, called)];
  });
}
const argumentsOf = (command: Command) => [...command.createHelp().visibleArguments(command)];
const all = commands();

describe("wrong usage of the command line", () => {
  it("covers every command", () => {
    expect(all.map(({ words }) => words.join(" "))).toEqual([
      ...["search", "derive", "transfer", "evolve", "race", "race worker", "train"],
      ...["pack", "run", "inspect"],
      ...["sweep", "sweep plan", "sweep run", "sweep status", "sweep collect", "sweep slurm", "sweep job"],
      ...["frontier", "ablate", "compare", "analyze", "collapse", "cost", "draw", "figures"],
      ...["report", "serve", "provenance"],
      ...["settings", "data", "backend", "bench", "latency"],
    ]);
  });

  // First, because an engine that runs is not asked for again.
  it("ends with 2 for an engine in the environment that there is not", async () => {
    vi.stubEnv("BARS_BACKEND", "abacus");
    expect(await code("backend")).toBe(2);
    expect(said.join("")).toContain("BARS_BACKEND: the engine must be one of");
  });

  it.each(all)("ends with 2 for an option that $words does not have", async ({ words, command }) => {
    const needed = argumentsOf(command).map(() => record);
    expect(await code(...words, ...needed, "--no-such-option")).toBe(2);
    expect(said.join("")).toContain(
      words.join() === "sweep" ? "unknown option" : "error: unknown option '--no-such-option'",
    );
    expect(said.join("")).toContain("(run with --help for all options)");
  });

  const needy = all.filter(({ command }) => argumentsOf(command).some(({ required }) => required));
  it.each(needy)("ends with 2 without the argument that $words needs", async ({ words }) => {
    expect(await code(...words)).toBe(2);
    expect(said.join("")).toContain("error: missing required argument");
  });

  const limited = all.filter(
    ({ command }) => command.commands.length === 0 && !argumentsOf(command).some(({ variadic }) => variadic),
  );
  it.each(limited)("ends with 2 for an argument too many of $words", async ({ words, command }) => {
    const own = usualArguments(command);
    expect(await code(...words, ...own, "one-more")).toBe(2);
    expect(said.join("")).toContain("error: too many arguments");
  });

  const valued = all.flatMap(({ words, command }) =>
    command.options
      .filter(
        ({ parseArg, required, variadic, attributeName }) =>
          parseArg && required && !variadic && attributeName,
      )
      .filter(({ long }) => !["--set", "--option", "--only", "--setup", "--own"].includes(long as string))
      .map((option) => ({ words, command, long: option.long as string, text: nonsense(option) })),
  );
  it.each(valued)("ends with 2 for nonsense as $long of $words", async ({ words, command, long, text }) => {
    const own = usualArguments(command);
    expect(await code(...words, ...own, long, text)).toBe(2);
    expect(said.join("")).toMatch(/error: option '.*' argument '(non\.sense)?' is invalid/);
  });

  it.each([
    { args: [], message: "Usage: bars" },
    { args: ["sweep"], message: "Usage: bars sweep" },
    { args: ["serch"], message: "unknown command 'serch'" },
    { args: ["sweep", "plann", sweep], message: "unknown command 'plann'" },
    { args: ["search", "--seed"], message: "option '--seed <number>' argument missing" },
    { args: ["search", "--seed", "99999999999999999999"], message: "expected a whole number" },
    { args: ["search", "--set", "epochs=0"], message: "epochs must be" },
    { args: ["search", "--config", list], message: "expected a JSON object of settings" },
    { args: ["derive"], message: "expected the folder of a run, got nothing" },
    { args: ["derive", at("none")], message: "found no file or folder of that name" },
    { args: ["derive", record, "--rule", "best"], message: 'derive: unknown rule "best"' },
    { args: ["derive", record, "--option", "j=1"], message: 'rule "argmax" has no option "j"' },
    { args: ["derive", record, "--option", "j"], message: "expected name=value" },
    {
      args: ["derive", record, "--rule", "top_k", "--option", "k=[1,"],
      message: '--option k=[1,: expected JSON behind "=", got text that is not (',
    },
    {
      args: ["derive", record, "--rule", "top_k", "--option", "k=1", "--option", "k=2"],
      message: "--option k=2: expected each option once, got k before.",
    },
    {
      args: ["derive", record, "--rule", "skip_cap", "--option", "maxSkips={}"],
      message: 'derive: rule "skip_cap": maxSkips must be an integer of at least 0, got {}.',
    },
    {
      args: ["derive", record, "--rule", "top_k", "--option", "k=two"],
      message: 'derive: rule "top_k": k must be an integer of at least 1, got "two".',
    },
    {
      args: ["derive", record, "--rule", "budget", "--option", "measure=macs"],
      message: 'measure must be one of bops, flops, ops, latency, got "macs".',
    },
    { args: ["search", "--set", "strategies.pruning.stages=[[1"], message: 'expected JSON behind "="' },
    {
      args: ["derive", record, "--rule", "budget", "--option", "budget=1"],
      message: "the cheapest one costs",
    },
    { args: ["derive", record, "--epoch", "999"], message: "an epoch from 1 to " },
    { args: ["derive", record, "--epoch", "0"], message: "expected a whole number of at least 1" },
    { args: ["derive", record, "--epoch", "4..2"], message: "to the same or a later one" },
    { args: ["evolve", at("none")], message: "found no file or folder of that name" },
    { args: ["evolve", record, "--space", "smoke"], message: "--space has no effect with a search" },
    { args: ["evolve", "--measure", "macs"], message: "measure must be one of" },
    { args: ["evolve", "--population", "0"], message: "population" },
    { args: ["train"], message: "expected a network, got nothing" },
    { args: ["train", "resnet21-real"], message: "found neither file nor network of that name" },
    { args: ["train", "resnet20-real", "--preset", "huge"], message: 'unknown preset "huge"' },
    { args: ["train", "resnet20-real", "--supernet", at("none")], message: "found no file or folder" },
    { args: ["sweep", "plan", at("none")], message: "found no file or folder of that name" },
    { args: ["sweep", "plan", wrongSweep], message: 'unknown key "stag"' },
    { args: ["sweep", "run", sweep, "--jobs", "0"], message: "expected a whole number of at least 1" },
    {
      args: ["sweep", "run", sweep, "--memory", "-1"],
      message: 'expected a number above 0, e.g. 2e6, got "-1".',
    },
    { args: ["sweep", "job", at("none")], message: "found no file or folder of that name" },
    { args: ["frontier", at("none")], message: "found no file or folder of that name" },
    { args: ["ablate", at("none")], message: "found no file or folder of that name" },
    { args: ["ablate", at("empty"), "--kind", "all"], message: "known kinds: " },
    { args: ["compare", "colours"], message: "Allowed choices are" },
    { args: ["compare", "layout", "--only", "nothing", "--plan"], message: "nothing" },
    { args: ["analyze", at("none")], message: "found no file or folder of that name" },
    { args: ["analyze", at("empty"), "--set", "image=1"], message: "image" },
    { args: ["collapse", "--variants", "none-such"], message: "none-such" },
    { args: ["cost", "resnet20-birael"], message: "Near names: resnet20-bireal" },
    { args: ["draw", at("none.json")], message: "found no file or folder of that name" },
    {
      args: ["draw", record, "--out", "cells.bmp"],
      message: "must be one of .pdf, .svg, .png, .json, .tex, got .bmp",
    },
    { args: ["draw", record, "--out", "cells"], message: "got none" },
    {
      args: ["report", record],
      message: "report: expected --out or --tensorboard with a folder, got neither.",
    },
    { args: ["serve", record, "--port", "web"], message: 'expected a whole number, got "web".' },
    { args: ["figures", at("none.json")], message: "found no file or folder of that name" },
    {
      args: ["figures", record, "--width", "wide"],
      message: "must be one of one-column, text-block, two-column, got wide",
    },
    { args: ["provenance", at("none.pdf")], message: "found no file or folder of that name" },
    { args: ["data", "--dataset", "imagenet"], message: "Allowed choices are" },
    { args: ["backend", "--backend", "abacus"], message: "the engine must be one of" },
    { args: ["backend", "--backend", "wasm:gpu"], message: "the engine wasm must be asked for as one of" },
    { args: ["settings", "cost.budgett"], message: "cost.budgett" },
    { args: ["bench", "--steps", "0"], message: "expected a whole number of at least 1" },
    ...["derive", "evolve", "figures", "pack", "latency", "cost", "train", "ablate", "transfer"].map(
      (name) => ({
        args: [name, at("empty")],
        message: "found no record.json in it. Give the folder that --out named",
      }),
    ),
    { args: ["race", "--status", at("empty")], message: "found no record.json in it" },
    { args: ["draw", at("empty")], message: "found neither genotype.json nor record.json" },
    { args: ["frontier", at("empty")], message: "expected training records, found none" },
    { args: ["report", at("empty"), "--out", at("site")], message: "expected folders with records of runs" },
    {
      args: ["report", at("empty"), "--tensorboard", at("board")],
      message: "expected folders with records of runs",
    },
    { args: ["ablate", list], message: "ablate takes the folder of a training, or its record.json" },
    { args: ["race", "smoke", "--search", at("empty")], message: "found no record.json in it" },
    { args: ["provenance", at("empty")], message: "expected a file, found a folder" },
    { args: ["sweep", "plan", at("empty")], message: "expected a file, found a folder" },
    { args: ["cost", "resnet20-real", "--latency", at("empty")], message: "expected a file, found a folder" },
    { args: ["draw", record, "--out", join(list, "a.svg")], message: "through folders, found a file" },
    ...(existsSync("/proc/self")
      ? [{ args: ["derive", record, "--out", "/proc/bars-none/g.json"], message: "found one of the system" }]
      : []),
    { args: ["search", "huge"], message: 'unknown preset "huge"' },
    { args: ["search", "smoke", "--preset", "laptop"], message: "expected one preset, got smoke and" },
    { args: ["search", "--out", ""], message: "expected a text, got an empty one" },
    { args: ["train", "resnet20-real", "--out", join(list, "a")], message: "through folders, found a file" },
    { args: ["frontier", record, "--csv", at("empty")], message: "found a folder there" },
    { args: ["pack", at("empty"), "--out", join(list, "a.bars")], message: "through folders, found a file" },
    { args: ["latency", record, "--out", ""], message: "expected a text, got an empty one" },
  ])("ends with 2 and says what is wrong: $args", async ({ args, message }) => {
    expect(await code(...args)).toBe(2);
    expect(said.join("")).toContain(message);
  });

  it.each([
    { args: ["draw", damaged], message: "damaged.json" },
    { args: ["derive", damaged], message: "damaged.json" },
    { args: ["report", at("damaged"), "--out", at("site")], message: "none of 1 file could be read" },
    { args: ["provenance", damaged], message: "damaged.json" },
  ])("but with 1 for what is there and cannot be used: $args", async ({ args, message }) => {
    expect(await code(...args)).toBe(1);
    expect(said.join("")).toContain(message);
  });

  it("ends with 0 for help and version of every command", async () => {
    for (const { words } of all) expect(await code(...words, "--help"), words.join(" ")).toBe(0);
    expect(await code("--version")).toBe(0);
    expect(await code("--help")).toBe(0);
    expect(said.join("")).toContain("Exit codes: 0 done; 1 the work failed; 2 what was typed is wrong");
  });
});
