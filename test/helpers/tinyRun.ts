import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { train } from "../../lib/train/train";
import { tinyModel, tinyTraining } from "./tinyTraining";

/** A folder with a finished training of seconds on made-up images. The caller removes it. */
export async function tinyRun(seed = 0, name = "tiny"): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "bars-tiny-run-"));
  await train(tinyTraining({ epochs: 1, seed }), tinyModel(name), { directory });
  return directory;
}
