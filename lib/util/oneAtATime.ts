const last = new Map<string, Promise<unknown>>();

/**
 * Runs `work` when every earlier work under the same name in this process has ended, well or badly. An interrupted
 * notebook cell returns while its search is still saving; run again, the cell then waits instead of starting a
 * second search in the same folder.
 */
export async function oneAtATime<T>(name: string, work: () => Promise<T>): Promise<T> {
  const earlier = last.get(name) ?? Promise.resolve();
  const mine = earlier.then(work, work);
  last.set(name, mine);
  try {
    return await mine;
  } finally {
    if (last.get(name) === mine) last.delete(name);
  }
}
