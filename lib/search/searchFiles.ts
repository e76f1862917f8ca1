import { join } from "node:path";

/** Paths of a run's files. */
export function searchFiles(directory: string): { record: string; checkpoint: string } {
  return { record: join(directory, "record.json"), checkpoint: join(directory, "checkpoint.safetensors") };
}
