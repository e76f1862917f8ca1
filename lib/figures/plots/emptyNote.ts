import type { SearchRecord } from "../../records/searchRecord";
import type { Panel } from "../frame/figureFrame";
import { ink } from "../frame/theme";
/** A note in the middle of a panel that has nothing to show yet. */
export function emptyNote(record: SearchRecord): Pick<Panel, "notes"> {
  if (record.epochs.length > 0) return {};
  const note = {
    text: "no epoch is finished yet",
    x: 0.5,
    y: 0.5,
    xref: "x domain",
    yref: "y domain",
    font: { color: ink.soft },
  };
  return { notes: [note] };
}
