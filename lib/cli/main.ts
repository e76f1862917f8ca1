import { Command, CommanderError } from "commander";
import { useLatencyTable } from "../cost/latencyTable";
import {
  BackendNameError,
  BarsError,
  ConfigError,
  DeriveError,
  InterruptedError,
  NoRecordError,
} from "../util/errors";
import { interruptedExitCode } from "../util/interrupt";
import { version } from "../util/version";
import { ablateCommand } from "./ablateCommand";
import { analyzeCommand } from "./analyzeCommand";
import { benchCommand } from "./benchCommand";
import { collapseCommand } from "./collapseCommand";
import { compareCommand } from "./compareCommand";
import { costCommand } from "./costCommand";
import { backendCommand, dataCommand } from "./dataCommand";
import { loadDefinitions } from "./defineModules";
import { deriveCommand } from "./deriveCommand";
import { drawCommand } from "./drawCommand";
import { evolveCommand } from "./evolveCommand";
import { figuresCommand } from "./figuresCommand";
import { frontierCommand } from "./frontierCommand";
import { latencyCommand } from "./latencyCommand";
import { packCommand } from "./packCommand";
import { inspectCommand, runCommand } from "./packedCommands";
import { provenanceCommand } from "./provenanceCommand";
import { raceCommand } from "./raceCommand";
import { reportCommand } from "./reportCommand";
import { searchCommand } from "./searchCommand";
import { serveCommand } from "./serveCommand";
import { settingsCommand } from "./settingsCommand";
import { sweepCommand } from "./sweepCommand";
import { trainCommand } from "./trainCommand";
import { transferCommand } from "./transferCommand";
import { outputFile, outputFolder, someText } from "./values";

/**
 * Exit codes:
 * - 0 done
 * - 1 the work failed, also on a file that is there but damaged, or of another kind
 * - 2 what was typed is wrong: a command, an option, its value, a setting, a derivation rule and its options, the name of
 *   an engine, a file or folder that is not there or holds no record, a settings or sweep file that says something wrong
 * - 130 stopped (Ctrl-C, SIGTERM, SIGHUP, closed output), and saved
 *
 * `bars sweep job`, which pools and Slurm tasks start, also has 75: another process works in the folder.
 */
const exitCodes = { failed: 1, usage: 2, interrupted: interruptedExitCode } as const;

const exitCodeText =
  "Exit codes: 0 done; 1 the work failed; 2 what was typed is wrong (command, option, setting, a file that is not there); 130 interrupted and saved.";

/** Runs the command line and sets the process's exit code. `argv` as in `process.argv`. */
export async function main(argv: readonly string[]): Promise<void> {
  // A table that another command line of this process had in use is not this one's.
  useLatencyTable(null);
  try {
    const own = await loadDefinitions(argv);
    await program().parseAsync([...own]);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** The whole command line. */
export function program(): Command {
  const bars = new Command("bars")
    .description("Search, derive, train and cost binary neural networks (BARS).")
    .version(version)
    .option(
      "--define <module>",
      "JavaScript module that defines variants of your own; may be given several times",
    )
    .addHelpText("after", `\n${exitCodeText}`);
  for (const command of [
    searchCommand(),
    deriveCommand(),
    transferCommand(),
    evolveCommand(),
    raceCommand(),
    trainCommand(),
    packCommand(),
    runCommand(),
    inspectCommand(),
    sweepCommand(),
    frontierCommand(),
    ablateCommand(),
    compareCommand(),
    analyzeCommand(),
    collapseCommand(),
    costCommand(),
    drawCommand(),
    figuresCommand(),
    reportCommand(),
    serveCommand(),
    provenanceCommand(),
    settingsCommand(),
    dataCommand(),
    backendCommand(),
    benchCommand(),
    latencyCommand(),
  ]) {
    bars.addCommand(command);
  }
  for (const command of withCommands(bars)) {
    checkPaths(command);
    command
      .exitOverride()
      .allowExcessArguments(false)
      .showHelpAfterError("(run with --help for all options)");
  }
  return bars;
}

/** Options that name a file or a folder that is read. */
const readOptions: readonly string[] = ["config", "dataDir", "define", "published"];

/** Where results go is looked at before anything is computed; no option takes an empty text, but a title. */
function checkPaths(command: Command): void {
  for (const option of command.options) {
    if (option.parseArg || option.argChoices || !(option.required || option.optional)) continue;
    const name = option.attributeName();
    const isRead = readOptions.includes(name);
    if (option.flags.endsWith("<file>") && !isRead) option.argParser(outputFile);
    else if (option.flags.endsWith("<folder>") && !isRead) option.argParser(outputFolder);
    else if (name !== "title") option.argParser(someText);
  }
}

function withCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withCommands)];
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (error instanceof InterruptedError) {
    console.error(error.message);
    return exitCodes.interrupted;
  }
  if (error instanceof BarsError) {
    console.error(`error: ${error.message}`);
    return isUsage(error) ? exitCodes.usage : exitCodes.failed;
  }
  console.error(error);
  return exitCodes.failed;
}

/** Errors that only what was typed can cause. */
function isUsage(error: BarsError): boolean {
  return [ConfigError, DeriveError, BackendNameError, NoRecordError].some((kind) => error instanceof kind);
}
