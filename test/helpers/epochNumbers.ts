import type { SearchRecord } from "../../lib/records/searchRecord";

/** Everything of a record's epochs and test that must repeat exactly: all but times and memory. */
export function epochNumbers(record: SearchRecord): unknown {
  const epochs = record.epochs.map(
    ({ seconds: _s, imagesPerSecond: _i, peakMemoryBytes: _m, ...numbers }) => numbers,
  );
  return { epochs, test: record.test, startAlphas: record.startAlphas };
}
