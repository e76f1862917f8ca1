import type { RaceConfig } from "../config/raceConfig";
import { InterruptedError } from "../util/errors";
import { oneAtATime } from "../util/oneAtATime";
import type { Progress } from "../util/progress";
import { openRaceWorker } from "./raceWorker";
import type { WorkerPool } from "./workerPool";

/** One worker in this process: networks train one after the other. */
export async function openInnerPool(
  config: RaceConfig,
  options: { readonly directory: string; readonly signal: AbortSignal; readonly progress: Progress },
): Promise<WorkerPool> {
  const { directory, signal, progress } = options;
  const worker = await openRaceWorker(config, directory, signal, progress);
  /** What went wrong in one network's training would in the next one's. */
  let failure: unknown;
  return {
    size: 1,
    about: worker.about,
    run: (task, onStep) =>
      oneAtATime(`race in ${directory}`, async () => {
        if (signal.aborted || failure !== undefined) throw new InterruptedError("race: stopped.");
        try {
          return await worker.run(task, onStep);
        } catch (error) {
          failure = error;
          throw error;
        }
      }),
    async close() {},
  };
}
