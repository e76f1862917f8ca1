import { join } from "node:path";
import type { TrainConfig } from "../config/trainConfig";
import type { ModelSpec } from "../records/modelSpec";
import { teacherOf } from "../train/teacherOf";
import { hashJson } from "../util/canonicalJson";
import { InterruptedError, RecordError } from "../util/errors";
import { folderOwner } from "../util/folderOwner";
import type { Progress } from "../util/progress";

/** Folder of a sweep in which teachers of distillation are trained, each once for all students that share it. */
export const teachersFolder = "teachers";

/** Where the teacher of a training belongs: the same for students that differ in their seed alone; null without one. */
export function teacherFolder(sweepFolder: string, config: TrainConfig, model: ModelSpec): string | null {
  if (config.distillation.method === "none") return null;
  const teacher = teacherOf(config, model);
  return join(sweepFolder, teachersFolder, hashJson(teacher).slice(0, 16));
}

/**
 * Does a student's work when no other process trains its teacher. Where two want to train it at the same moment, one
 * does and the other comes back here.
 *
 * @throws InterruptedError if asked to stop while waiting.
 */
export async function withTeacher<T>(
  folder: string,
  { progress, signal, pollMs = 1000 }: { progress: Progress; signal: AbortSignal; pollMs?: number },
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    await untilFree(folder, progress, signal, pollMs);
    try {
      return await work();
    } catch (error) {
      const taken = error instanceof RecordError && folderOwner(folder) !== null;
      if (!taken) throw error;
    }
  }
}

async function untilFree(
  folder: string,
  progress: Progress,
  signal: AbortSignal,
  pollMs: number,
): Promise<void> {
  let waits = false;
  for (let owner = folderOwner(folder); owner !== null; owner = folderOwner(folder)) {
    if (!waits)
      progress.start(`waits for its teacher, trained by pid ${owner.pid} on ${owner.host}`, 1, "teacher");
    waits = true;
    if (signal.aborted) {
      throw new InterruptedError("train: stopped waiting for its teacher; nothing had been done.");
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  if (waits) progress.stop();
}
