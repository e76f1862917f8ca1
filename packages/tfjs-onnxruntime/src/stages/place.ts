import { areApart, type Condition, common, type Exclusive } from "./context";
import type { ArrayMemory, ImageMemory } from "./expression";
import type { Lowering } from "./lowering";
import { type Sequence, touched } from "./schedule";

/** Where everything lies, in bytes. */
export interface Layout {
  /** Where the threads' own memory begins, and how much each has. */
  readonly own: number;
  readonly ownBytes: number;
  readonly bytes: number;
}

/** A stretch of memory that is in use between two times, both included. */
interface Use {
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
  /** Where it is used, beside the time. */
  readonly conditions: readonly Condition[];
  put(address: number): void;
}

/** Begins on cache lines, but not all on the same place of a page. */
const line = 64;
const rounded = (bytes: number) => Math.ceil(bytes / line) * line;

/** Gives memory to uses so that those that can be at one time lie apart, larger ones first. Returns the bytes taken. */
function pack(uses: readonly Use[], start: number, exclusive: Exclusive): number {
  const placed: { use: Use; address: number }[] = [];
  let end = start;
  for (const use of [...uses].sort((a, b) => b.bytes - a.bytes)) {
    const others = placed
      .filter(
        ({ use: other }) =>
          other.from <= use.to &&
          use.from <= other.to &&
          !areApart(other.conditions, use.conditions, exclusive),
      )
      .sort((a, b) => a.address - b.address);
    let address = start;
    for (const other of others) {
      if (address + use.bytes <= other.address) break;
      address = Math.max(address, other.address + rounded(other.use.bytes) + line);
    }
    placed.push({ use, address });
    use.put(address);
    end = Math.max(end, address + rounded(use.bytes) + line);
  }
  return end;
}

/** Gives every list and every image its address. */
export function place(lowering: Lowering): Layout {
  let end = 1024;
  for (const array of lowering.arrays) {
    if (array.own) continue;
    array.address = end;
    end += rounded(array.length * 4 + 16);
  }
  for (const image of lowering.images) if (image.list) image.address = image.list.address;
  const whole = lowering.images.filter((image) => image.whole && !image.list);
  const conditions = conditionsOf(lowering);
  end = pack(
    whole.map((image) => ({
      bytes: image.bytes * lowering.batch,
      conditions: conditions.get(image) ?? [],
      from: image.stage,
      to: Math.max(...image.readers),
      put: (address) => {
        image.address = address;
      },
    })),
    end,
    lowering.exclusive,
  );
  // A thread's sums stay until all threads are done; its images are those of one stage, one at a time.
  let sums = 0;
  for (const array of lowering.arrays) {
    if (!array.own) continue;
    array.address = sums;
    sums += rounded(array.length * 4 + 16);
  }
  const stages = lowering.stages.map((stage) => pack(usesOf(stage, conditions), sums, lowering.exclusive));
  const ownBytes = rounded(Math.max(sums, ...stages));
  for (const array of lowering.arrays) array.threadStep = ownBytes;
  return { own: end, ownBytes, bytes: end + lowering.threads * ownBytes };
}

/** Under which conditions images are written. What reads them in other places as well does not use what it reads there. */
function conditionsOf({ stages }: Lowering): Map<ImageMemory, readonly Condition[]> {
  const found = new Map<ImageMemory, readonly Condition[]>();
  for (const { steps } of stages)
    for (const step of steps)
      for (const memory of touched(step).writes) {
        if (isArray(memory)) continue;
        const { conditions } = step.context;
        const known = found.get(memory);
        found.set(memory, known ? common(known, conditions) : conditions);
      }
  return found;
}

/** Images that only their stage has, from the step that writes them first to the last that reads them. */
function usesOf(stage: Sequence, conditions: ReadonlyMap<ImageMemory, readonly Condition[]>): Use[] {
  const times = new Map<ImageMemory, { from: number; to: number }>();
  stage.steps.forEach((step, i) => {
    const { reads, writes } = touched(step);
    for (const memory of [...reads, ...writes]) {
      if (isArray(memory) || memory.whole) continue;
      const known = times.get(memory);
      if (known) known.to = i;
      else times.set(memory, { from: i, to: i });
    }
  });
  return [...times].map(([memory, { from, to }]) => ({
    bytes: memory.bytes,
    conditions: conditions.get(memory) ?? [],
    from,
    to,
    put: (address) => {
      memory.address = address;
    },
  }));
}

function isArray(memory: ImageMemory | ArrayMemory): memory is ArrayMemory {
  return "own" in memory;
}
