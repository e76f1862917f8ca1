/** What the engines, Node and the graphics drivers say when there is no memory left. */
const signs = [
  /out of memory/i,
  /array buffer allocation failed/i,
  /invalid (typed )?array (buffer )?length/i,
  /failed to allocate memory/i,
  /bad[ _]alloc/i,
  /OOM when allocating/,
  /cannot enlarge memory/i,
  /memory\.grow/i,
  /RESOURCE_EXHAUSTED/i,
];

/**
 * Whether an error says that memory ran out. (A process that Linux kills for its memory gets no error; its run goes
 * on from the last checkpoint, with a smaller `microBatch` in a new folder.)
 */
export function isOutOfMemory(error: unknown): boolean {
  const text = error instanceof Error ? error.message : String(error);
  return signs.some((sign) => sign.test(text));
}

/** The largest divisor of a batch of at most half of what was computed at once; null where one image is too much. */
export function smallerMicroBatch(batchSize: number, microBatch: number): number | null {
  for (let size = Math.floor(microBatch / 2); size >= 1; size--) if (batchSize % size === 0) return size;
  return null;
}
