import { availableParallelism } from "node:os";
import type { PictureGeometry } from "./pictureFunctions";
import { type PictureSource, PictureThread } from "./pictureThread";

/** Most threads that are started unless a number is asked for. */
const most = 4;

/** Threads for pictures. @param count 0: one for each processor, at most four. */
export function pictureThreads(
  source: PictureSource,
  geometry: PictureGeometry | null,
  count = 0,
): PictureThread[] {
  const threads = count > 0 ? count : Math.min(most, availableParallelism());
  return Array.from({ length: threads }, () => new PictureThread(source, geometry));
}
