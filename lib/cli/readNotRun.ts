import { existsSync } from "node:fs";
import { join } from "node:path";
import { readRecordJson } from "../records/readRecord";

/** What every record of a run says. */
interface Dated {
  readonly status: string;
  readonly updatedAt: string;
}

/**
 * Runs what may be finished in its folder already, and says in one line when it was: such a run is read, not run.
 *
 * @param folder where the run's record is.
 */
export async function sayingWhenRead<R extends Dated>(folder: string, run: () => Promise<R>): Promise<R> {
  const before = datedIn(join(folder, "record.json"));
  const record = await run();
  if (before?.status === "finished" && before.updatedAt === record.updatedAt)
    console.log(
      `${folder}: was finished before (${record.updatedAt}) with the same settings, so it was read, not run. To run it anew, give another --out.`,
    );
  return record;
}

/** The run checks its record itself; here a damaged one is none. */
function datedIn(path: string): Partial<Dated> | null {
  if (!existsSync(path)) return null;
  try {
    const value = readRecordJson(path, "the record of a run");
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
