import type { Frontier, FrontierRow } from "../../frontier/frontier";
import { RecordError } from "../../util/errors";
import { listText, percentText } from "./readingText";

/**
 * What longer training changes for the networks that were trained both ways, as Markdown: their accuracies, and whether
 * their order stays.
 *
 * @throws RecordError if the two frontiers share no network.
 *
 * @example
 * ```ts
 * const of = (folder) => {
 *   const found = bars.records.loadTrainRecords(`data/records/${folder}`);
 *   return bars.frontier.frontier(bars.frontier.comparableRuns(found, { which: "all", checkpoint: "last" }).runs, { measure: "bops" });
 * };
 * console.log(bars.readings.longerReading(of("frontier"), of("frontier-long")).length > 0); // true
 * ```
 */
export function longerReading(shorter: Frontier, longer: Frontier): string {
  const pairs = longer.rows.flatMap((after) => {
    const before = shorter.rows.find(({ name }) => name === after.name);
    return before ? [{ name: after.name, before, after }] : [];
  });
  if (pairs.length === 0)
    throw new RecordError(
      "longerReading: expected networks that were trained both ways, got none of one name.",
    );
  const order = (which: "before" | "after") =>
    [...pairs].sort((a, b) => meanOf(b[which]) - meanOf(a[which])).map(({ name }) => name);
  const [first, then] = [order("before"), order("after")];
  const each = pairs.map(
    ({ name, before, after }) => `\`${name}\` ${accuracyText(before)} → ${accuracyText(after)}`,
  );
  const stays = first.every((name, i) => name === then[i]);
  const names = (list: readonly string[]) => listText(list.map((name) => `\`${name}\``));
  const verdict = stays
    ? `The order by accuracy stays: ${names(then)}.`
    : `The order by accuracy changes from ${names(first)} to ${names(then)}.`;
  const alone = longer.rows.filter((after) => !pairs.some(({ name }) => name === after.name));
  const left =
    alone.length === 0
      ? ""
      : ` Left out, since the shorter trainings have ${alone.length === 1 ? "none of that name" : "none of these names"}: ${names(alone.map(({ name }) => name))}.`;
  const single = pairs.some(({ before, after }) => before.runs.length < 2 || after.runs.length < 2);
  const note = single ? " Where a mean is of one run its spread is not known." : "";
  return `Test accuracy, shorter → longer: ${each.join("; ")}. ${verdict}${left}${note}`;
}

function meanOf({ accuracy }: FrontierRow): number {
  return accuracy.mean;
}

function accuracyText({ accuracy, runs }: FrontierRow): string {
  const spread = accuracy.sd === null ? "" : ` ± ${(100 * accuracy.sd).toFixed(1)}`;
  return `${percentText(accuracy.mean)}${spread} (${runs.length === 1 ? "1 run" : `${runs.length} runs`})`;
}
