import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { SearchRecord } from "../records/searchRecord";
import { readSearchRecord } from "../records/searchRecordFile";
import { searchFiles } from "../search/searchFiles";
import { RecordError } from "../util/errors";
import { isFolder } from "../util/makeFolders";
import { shownPath } from "../util/shownPath";

/** The record of a search on disk that is named by its folder or by its record. */
export function searchRecordAt(place: string): string {
  return isFolder(place) ? searchFiles(place).record : place;
}

/**
 * A finished search on disk, whose supernet can score architectures.
 *
 * @param at its folder or its record.
 * @throws RecordError if it cannot be read, is not finished, or has no checkpoint.
 */
export function storedSearch(at: string): { readonly record: SearchRecord; readonly checkpoint: string } {
  const place = shownPath(at);
  const path = searchRecordAt(place);
  const record = readSearchRecord(path);
  if (record.status !== "finished") {
    throw new RecordError(
      `${place}: expected a finished search, whose weights no longer change, got one that is ${record.status}. Run it to its end first.`,
    );
  }
  const { checkpoint } = searchFiles(dirname(path));
  if (!existsSync(checkpoint)) {
    throw new RecordError(
      `${checkpoint}: expected the checkpoint of the search, which holds its supernet's weights, found none. Use the folder the search ran in.`,
    );
  }
  return { record, checkpoint };
}
