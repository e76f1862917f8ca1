import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { binaryReaders } from "./binaryReaders";
import type { FuzzReader } from "./fuzz";
import { recordReaders } from "./recordReaders";
import { settingsReaders } from "./settingsReaders";
import { storedReaders } from "./storedReaders";

/** A file of this name in the folder with these bytes. */
export type PutFile = (name: string, bytes: Buffer) => string;

/** Every reader of the library, with good inputs. @param folder for files, and for the runs some inputs come from. */
export async function allReaders(folder: string): Promise<{ readers: FuzzReader[]; close: () => void }> {
  const put: PutFile = (name, bytes) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const binary = await binaryReaders(folder, put);
  return {
    readers: [...recordReaders(put), ...storedReaders(put), ...settingsReaders(put), ...binary.readers],
    close: binary.close,
  };
}
