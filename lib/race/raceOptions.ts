import type { RaceRecord } from "../records/raceRecord";
import type { SearchRecord } from "../records/searchRecord";
import type { Genotype } from "../space/genotype";
import type { Progress } from "../util/progress";

export interface RaceOptions {
  /**
   * Folder of the race: `record.json`, `networks/<index>-<hash>/` with the checkpoint of each network, `workers/` with what
   * workers print. Made if missing.
   */
  readonly directory: string;
  /**
   * Networks that train at once, each in a process of its own with one thread. Left out: as many as cores and memory
   * allow. 0: one after the other in this process, as it must be where variants of your own are defined in a notebook.
   * The result does not depend on it, as long as the engine has one thread in this process, too.
   */
  readonly workers?: number;
  /** Networks of your own that take part. */
  readonly own?: readonly Genotype[];
  /** The stored search whose alphas are drawn from, where `proposals.alphas` is above 0. */
  readonly search?: SearchRecord;
  readonly progress?: Progress;
  /** Stops when every worker has saved. Ctrl-C does the same. */
  readonly signal?: AbortSignal;
  /** Called whenever the record has changed and is on disk. */
  readonly onChange?: (record: RaceRecord) => void | Promise<void>;
  /** Gets a line when a worker dies and another takes its place; default: standard error. */
  readonly say?: (line: string) => void;
}
