import { Command, CommanderError } from "commander";
import { BarsError, InterruptedError } from "../util/errors";
import { interruptedExitCode } from "../util/interrupt";
import { version } from "../util/version";
import { ablateCommand } from "./ablateCommand";
import { analyzeCommand } from "./analyzeCommand";
import { benchCommand } from "./benchCommand";
import { collapseCommand } from "./collapseCommand";
import { compareCommand } from "./compareCommand";
import { costCommand, drawCommand } from "./costCommand";
import { backendCommand, dataCommand } from "./dataCommand";
import { deriveCommand } from "./deriveCommand";
import { evolveCommand } from "./evolveCommand";
import { frontierCommand } from "./frontierCommand";
import { provenanceCommand } from "./provenanceCommand";
import { searchCommand } from "./searchCommand";
import { settingsCommand } from "./settingsCommand";
import { sweepCommand } from "./sweepCommand";
import { trainCommand } from "./trainCommand";

/**
 * Exit codes: 0 done; 1 the work failed; 2 the command line or the settings are wrong; 130 stopped (Ctrl-C, SIGTERM,
 * SIGHUP, closed output) and saved.
 */
const exitCodes = { failed: 1, usage: 2, interrupted: interruptedExitCode } as const;

/** Runs the command line and sets the process's exit code. `argv` as in `process.argv`. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function program(): Command {
  const bars = new Command("bars")
    .description("Search, derive, train and cost binary neural networks (BARS).")
    .version(version)
    .showHelpAfterError("(run with --help for all options)");
  for (const command of [
    searchCommand(),
    deriveCommand(),
    evolveCommand(),
    trainCommand(),
    sweepCommand(),
    frontierCommand(),
    ablateCommand(),
    compareCommand(),
    analyzeCommand(),
    collapseCommand(),
    costCommand(),
    drawCommand(),
    provenanceCommand(),
    settingsCommand(),
    dataCommand(),
    backendCommand(),
    benchCommand(),
  ]) {
    bars.addCommand(command);
  }
  const all = [bars, ...bars.commands, ...bars.commands.flatMap(({ commands }) => commands)];
  for (const command of all) command.exitOverride();
  return bars;
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (error instanceof InterruptedError) {
    console.error(error.message);
    return exitCodes.interrupted;
  }
  if (error instanceof BarsError) {
    console.error(`error: ${error.message}`);
    return error.name === "ConfigError" ? exitCodes.usage : exitCodes.failed;
  }
  console.error(error);
  return exitCodes.failed;
}
