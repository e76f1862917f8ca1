/** `"1 job"`, `"3 jobs"`, `"0 jobs"`; large numbers as they are. The only place that decides between one and many. */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** `"2 of 3 jobs"`, `"1 of 1 job"`: the noun goes by the whole. */
export function countedOf(part: number, whole: number, noun: string, plural = `${noun}s`): string {
  return `${part} of ${counted(whole, noun, plural)}`;
}

/** The singular of a unit of progress that is given in the plural: "steps", "batches". Others stay: "MB". */
export function unitOf(number: number, unit: string): string {
  if (number !== 1) return unit;
  return unit.replace(/(ch|sh|x)es$/, "$1").replace(/([^s])s$/, "$1");
}
