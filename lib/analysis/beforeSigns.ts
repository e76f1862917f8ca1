import type { AnalysisRecord, TapMeasures } from "./analysisRecord";

const ending = /\.presign$/;

/**
 * What is measured in front of signs, by their names without `.presign`.
 *
 * Analyses of schema 1 have none where a sign reads the value of a block or a cell as it is: the name stands among those of
 * the value. Its measures are given then; what only taps in front of signs have (`zeroed`) is missing in them.
 */
export function beforeSigns(taps: readonly TapMeasures[]): Map<string, TapMeasures> {
  const found = new Map<string, TapMeasures>();
  for (const tap of taps)
    for (const name of [tap.name, ...tap.sameAs])
      if (ending.test(name)) found.set(name.replace(ending, ""), tap);
  return found;
}

/** What is in front of the sign that a tap is behind of. */
export function beforeSign(
  { name, sameAs }: TapMeasures,
  before: ReadonlyMap<string, TapMeasures>,
): TapMeasures | undefined {
  const place = [name, ...sameAs].map((one) => one.replace(/\.bits$/, "")).find((one) => before.has(one));
  return place === undefined ? undefined : before.get(place);
}

/** Whether an analysis measured in front of every sign whose name it has: those of schema 1 need not. */
export function hasAllSigns({ taps }: Pick<AnalysisRecord, "taps">): boolean {
  return [...beforeSigns(taps).values()].every(({ kind }) => kind === "presign");
}
