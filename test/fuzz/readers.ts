import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sealedText } from "../../lib/records/seal";
import { binaryReaders } from "./binaryReaders";
import { sameMeaning } from "./declared";
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
  const stored = [...recordReaders(put), ...storedReaders(put)];
  return {
    readers: [...stored, ...sealedReaders(stored), ...settingsReaders(put), ...binary.readers],
    close: binary.close,
  };
}

/** What is written with the hash of its content. */
const sealedNames = [
  "search record",
  "training record",
  "evolution record",
  "race record",
  "analysis record",
  "ablation record",
  "table",
  "job of a sweep",
  "outcome of a job",
  "summary",
];

/** The same readers for files as they are written: with their hash, nothing but the good content may be read. */
function sealedReaders(all: readonly FuzzReader[]): FuzzReader[] {
  return sealedNames.map((name) => {
    const reader = all.find((one) => one.name === name);
    if (!reader) throw new Error(`fuzz: no reader is called ${name}`);
    const seed = Buffer.from(sealedText(JSON.parse(String(reader.seeds[0])), 0));
    const good = reader.read(seed);
    return {
      name: `${name}, sealed`,
      form: "bytes",
      seeds: [seed],
      read: reader.read,
      agrees: (value) => (sameMeaning(value, good) ? null : "its content is another"),
    };
  });
}
