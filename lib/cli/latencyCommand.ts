import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { type LatencyTable, latencyTable, useLatencyTable } from "../cost/latencyTable";
import { readLatencyTable, writeLatencyTable } from "../deploy/latencyTableFile";
import { measureLayerLatency, predictLatency } from "../deploy/measureLayerLatency";
import { trainTarget } from "../experiments/trainTarget";
import type { ModelSpec } from "../records/modelSpec";
import { kindInJson, readRecordJson } from "../records/readRecord";
import { checkSearchRecord } from "../records/searchRecordFile";
import { counted } from "../util/counted";
import { openProgress } from "../util/progressSinks";
import { fileAt, positive } from "./values";

interface Options {
  readonly out: string;
  readonly milliseconds: number;
}

/** `bars latency`: the table of measured layers that the cost measure "latency" adds up. */
export function latencyCommand(): Command {
  return new Command("latency")
    .description(
      "time layers of packed networks on this machine, one image, one thread: the table that `--latency` of derive, cost and frontier takes",
    )
    .argument(
      "<of...>",
      "folder or record of a search: every layer its space can have; else networks: a genotype file, the folder of a training, or a name such as resnet20-bireal-x0.5",
    )
    .option(
      "--out <file>",
      "where the table goes; layers that one of this machine has there are kept",
      "latency.json",
    )
    .option("--milliseconds <number>", "each kind of layer runs", positive, 24)
    .action(run);
}

async function run(given: readonly string[], { out, milliseconds }: Options): Promise<void> {
  // All is read before anything is measured.
  const sources = given.map(sourceOf);
  let table = existsSync(out) ? readLatencyTable(out) : undefined;
  const before = layersOf(table);
  for (const source of sources) {
    const { what, binarization } = source;
    table = await measureLayerLatency(what, {
      milliseconds,
      progress: openProgress(),
      ...(binarization === null ? {} : { binarization }),
      ...(table === undefined ? {} : { into: table }),
    });
    // After each, so that what was measured is there if the next is stopped.
    writeLatencyTable(out, table);
  }
  if (table === undefined) return;
  const { machine, engine } = table;
  const all = layersOf(table);
  console.log(
    `${machine.name} (${machine.processor}), ${engine.runtime}, kernel ${engine.kernel}: ${counted(all, "kind")} of layers, ${all - before} of them measured now`,
  );
  for (const { what, binarization } of sources)
    if (Array.isArray(what))
      for (const model of what as readonly ModelSpec[])
        console.log(
          `${model.name}  ${predictLatency(model, table, binarization ?? undefined).toFixed(4)} ms an image, added up`,
        );
  console.log(out);
}

const layersOf = (table: LatencyTable | undefined) => Object.keys(table?.layers ?? {}).length;

function sourceOf(text: string) {
  const path = existsSync(text) && statSync(text).isDirectory() ? join(text, "record.json") : text;
  if (path.endsWith(".json") && existsSync(path)) {
    const value = readRecordJson(path, "the record of a search, or a network");
    if (kindInJson(value) === "bars.search-record") {
      const { space, binarization } = checkSearchRecord(value, path).config;
      return { what: space, binarization };
    }
  }
  const { model, binarization } = trainTarget(text);
  return { what: [model], binarization };
}

/** `--latency <file>`, of every command that counts costs. */
export const latencyFlag = "--latency <file>";
export const latencyAbout = "table of layers measured by `bars latency`: costs have milliseconds";

/**
 * Parses `--latency`, and has the table used.
 * @throws RecordError for a file that holds none.
 */
export function latencyOf(text: string): LatencyTable {
  const table = readLatencyTable(fileAt(text));
  useLatencyTable(table);
  return table;
}

/** The time of a network by the table in use, where one is. */
export function latencyLines(latencyMs: number | undefined): string[] {
  const table = latencyTable();
  if (table === null || latencyMs === undefined) return [];
  const time = Number.isNaN(latencyMs)
    ? "not known: the table lacks layers of this network; measure them: bars latency"
    : `${latencyMs.toFixed(4)} ms an image on one thread`;
  return [`${time} (added up from layers measured on ${table.machine.name}, ${table.machine.processor})`];
}
