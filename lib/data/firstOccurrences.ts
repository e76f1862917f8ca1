/**
 * For every image the place of the first one that equals it bit for bit: its own where it comes first. Places count
 * over all parts, one after the other.
 *
 * Each image is hashed once (32 bits, over its 4-byte words), and images of one hash are compared byte by byte, so
 * the answer is exact.
 *
 * @param parts images side by side, `size` bytes each, from a buffer at an offset that 4 divides.
 * @param size bytes of one image; 4 divides it.
 */
export function firstOccurrences(parts: readonly Uint8Array[], size: number): Uint32Array {
  const words = size / 4;
  const starts: number[] = [];
  let count = 0;
  for (const part of parts) {
    starts.push(count);
    count += part.length / size;
  }
  const first = new Uint32Array(count);
  /** Different images of one hash: the place of the latest, and from each the one before (`previous`). */
  const latest = new Map<number, number>();
  const previous = new Int32Array(count).fill(-1);
  const views = parts.map((part) => new Uint32Array(part.buffer, part.byteOffset, part.length / 4));
  const partOf = (place: number) => {
    let part = starts.length - 1;
    while ((starts[part] as number) > place) part -= 1;
    return part;
  };
  const equal = (view: Uint32Array, at: number, place: number): boolean => {
    const part = partOf(place);
    const other = views[part] as Uint32Array;
    const from = (place - (starts[part] as number)) * words;
    for (let i = 0; i < words; i++) if (view[at + i] !== other[from + i]) return false;
    return true;
  };
  for (const [p, view] of views.entries()) {
    const start = starts[p] as number;
    for (let image = 0; image * words < view.length; image++) {
      const place = start + image;
      const at = image * words;
      const hash = hashWords(view, at, words);
      let found = latest.get(hash) ?? -1;
      while (found >= 0 && !equal(view, at, found)) found = previous[found] as number;
      if (found >= 0) first[place] = found;
      else {
        first[place] = place;
        previous[place] = latest.get(hash) ?? -1;
        latest.set(hash, place);
      }
    }
  }
  return first;
}

/** Multiply and fold over the words, with a last mixing of all bits. */
function hashWords(view: Uint32Array, at: number, count: number): number {
  let hash = count;
  for (let i = 0; i < count; i++) {
    hash = Math.imul(hash ^ (view[at + i] as number), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
