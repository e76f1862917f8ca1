import { useEffect, useState } from "preact/hooks";
import { define } from "../explore/definePrimitive";
import type { RunDetail } from "./reportData";
import { type ReportState, runFile, store } from "./store";

/** The details of some runs, loaded when they are asked for; null while they come, a text where there are none. */
export function useDetails(
  state: ReportState,
  ids: readonly string[],
): readonly (RunDetail | string | null)[] {
  const [missing, setMissing] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    for (const id of ids) {
      if (state.runs.has(id) || missing.has(id)) continue;
      void store.load(runFile(id)).then((there) => {
        if (!there) setMissing((before) => new Set(before).add(id));
      });
    }
  }, [ids.join()]);
  return ids.map((id) => {
    const detail = state.runs.get(id);
    if (detail) return defined(detail);
    return missing.has(id)
      ? "The page of this run is not here: it changed or was removed. Load the report again."
      : null;
  });
}

const known = new Set<string>();

/** Primitives of the user's own, so that cells are drawn and costed. */
function defined(detail: RunDetail): RunDetail {
  for (const primitive of detail.primitives) {
    const key = `${primitive.name} ${JSON.stringify(primitive.layers)}`;
    if (!known.has(key)) define(primitive);
    known.add(key);
  }
  return detail;
}
