import type { LatencyTable } from "../cost/latencyTable";
import { readRecordJson } from "../records/readRecord";
import { sealedText } from "../records/seal";
import { writeFileAtomic } from "../util/atomicFile";
import { amount, mapOf, objectOf, oneOf, text, timeText, truth, wholeFrom } from "../util/shape";

const shape = objectOf<LatencyTable>({
  kind: oneOf(["bars.latency-table"]),
  schema: oneOf([1]),
  machine: objectOf<LatencyTable["machine"]>({ name: text, processor: text }),
  engine: objectOf<LatencyTable["engine"]>({
    bars: text,
    kernel: text,
    relaxedSimd: truth,
    threads: wholeFrom(1),
    runtime: text,
  }),
  createdAt: timeText,
  counting: text,
  layers: mapOf(amount),
});

/**
 * Writes a table of measured layers as JSON, atomically.
 *
 * @example
 * ```ts
 * const { model: small } = bars.networks.trainTarget("resnet20-bireal-x0.125");
 * const table = await bars.packed.measureLayerLatency([small], { milliseconds: 1 });
 * bars.packed.writeLatencyTable("runs/latency.json", table);
 * console.log(bars.packed.readLatencyTable("runs/latency.json").kind); // bars.latency-table
 * ```
 */
export function writeLatencyTable(path: string, table: LatencyTable): void {
  writeFileAtomic(path, sealedText(table));
}

/**
 * Reads a table of measured layers.
 * @throws RecordError if it is missing or not JSON, and for the first field that is not what it must be.
 *
 * @example
 * ```ts
 * const { model: small } = bars.networks.trainTarget("resnet20-bireal-x0.125");
 * bars.packed.writeLatencyTable("runs/latency.json", await bars.packed.measureLayerLatency([small], { milliseconds: 1 }));
 * console.log(bars.packed.predictLatency(small, bars.packed.readLatencyTable("runs/latency.json")) > 0); // true
 * ```
 */
export function readLatencyTable(path: string): LatencyTable {
  const value = readRecordJson(path, "a table of measured layers");
  shape.check(value, `${path}: `);
  return value as LatencyTable;
}
