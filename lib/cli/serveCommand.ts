import { Command } from "commander";
import { serveReport } from "../report/serveReport";
import { counted } from "../util/counted";
import { openInterrupt } from "../util/interrupt";
import { places, wholeNumber } from "./values";

interface Options {
  readonly port?: number;
  readonly title?: string;
}

/** `bars serve`: the pages of `bars report`, of runs as they are at the moment. Needs no tensor engine. */
export function serveCommand(): Command {
  return new Command("serve")
    .description("show runs in a browser as they go on, on this machine only; Ctrl-C ends it")
    .argument("<runs...>", "folders of runs, record files or sweep files", places)
    .option("--port <number>", "port of 127.0.0.1; 0: any free one (default: 8717)", wholeNumber)
    .option("--title <text>", "heading of the pages; default: Runs")
    .action(run);
}

async function run(given: string[], { port, title }: Options): Promise<void> {
  const interrupt = openInterrupt();
  try {
    const server = await serveReport(given, {
      ...(port === undefined ? {} : { port }),
      ...(title === undefined ? {} : { title }),
    });
    console.log(`${counted(server.runs, "run")} at ${server.url} (Ctrl-C ends this)`);
    const { signal } = interrupt;
    if (!signal.aborted) await new Promise((done) => signal.addEventListener("abort", done, { once: true }));
    await server.close();
    console.log("Ended.");
  } finally {
    interrupt.close();
  }
}
