import type { PackedEngine } from "../../packed/program";

/** Milliseconds of one image; each sample is the mean over so many calls. */
export interface Latency {
  readonly samples: readonly number[];
  readonly calls: number;
}

/** Least milliseconds of a sample: clocks of pages tick in steps of up to 0.1. */
const leastSample = 1.5;

/**
 * Times one image, one call after the other. A sample is as many calls as take 1.5 ms or more, found first; what runs until then warms
 * the engine up. Lets the page breathe in between.
 */
export async function measureLatency(
  engine: PackedEngine,
  image: Float32Array,
  count: number,
  alive: () => boolean,
): Promise<Latency | null> {
  let calls = 1;
  const sample = async () => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) await engine.run(image, 1);
    return performance.now() - start;
  };
  while (alive() && (await sample()) < leastSample && calls < 4096) calls *= 2;
  const samples: number[] = [];
  while (samples.length < count) {
    if (!alive()) return null;
    samples.push((await sample()) / calls);
    if (samples.length % 8 === 0) await new Promise((done) => setTimeout(done));
  }
  return { samples, calls };
}

/** Bars of a histogram. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Equal bins from the least to the 98th percentile; what is above stands in the last. */
export function bins(samples: readonly number[], count = 16): Bin[] {
  const sorted = [...samples].sort((a, b) => a - b);
  const least = sorted[0] ?? 0;
  const most = sorted[Math.floor(0.98 * (sorted.length - 1))] ?? least;
  const width = (most - least) / count || Math.max(least, 1e-3) / count;
  const counts = new Array<number>(count).fill(0);
  for (const value of sorted) {
    const bin = Math.min(count - 1, Math.max(0, Math.floor((value - least) / width)));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts.map((n, i) => ({ from: least + i * width, to: least + (i + 1) * width, count: n }));
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const [low, high] = [
    sorted[(sorted.length - 1) >> 1] ?? Number.NaN,
    sorted[sorted.length >> 1] ?? Number.NaN,
  ];
  return (low + high) / 2;
}

/** Milliseconds with three digits that count; microseconds below a tenth. */
export function timeText(ms: number): string {
  if (ms < 0.1) return `${(1000 * ms).toPrecision(3)} µs`;
  return `${ms >= 100 ? Math.round(ms) : Number(ms.toPrecision(3))} ms`;
}
