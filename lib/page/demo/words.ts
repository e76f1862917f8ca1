/** 0.723 as `72.3 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Whole numbers with thousands apart. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** 27,912 bytes as `27.3 KiB (27,912 bytes)`. */
export function bytesText(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB (${grouped(bytes)} bytes)`;
}

/** `1 weight`, `2 weights`. */
export function counted(count: number, one: string): string {
  return `${grouped(count)} ${one}${count === 1 ? "" : "s"}`;
}

/** The likeliest class and its probability. */
export function answerText(classNames: readonly string[], probabilities: readonly number[]): string {
  const best = probabilities.indexOf(Math.max(...probabilities));
  return `${classNames[best]}, ${percent(probabilities[best] as number)}`;
}
