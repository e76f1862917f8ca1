import { exploreStyle } from "../explore/exploreStyle";
import { runsStyle } from "../runs/runsStyle";
import { mount } from "../shared/mount";
import { baseStyle } from "../shared/style";
import { App } from "./App";
import { listenLive } from "./live";
import type { ReportMore, ReportTable, RunDetail } from "./reportData";
import { reportStyle } from "./reportStyle";
import { store } from "./store";

const element = "bars-report";

/** What `data/table.js` calls: draws the report, or what changed in it. */
export function table(data: ReportTable): void {
  const live = document.getElementById(element)?.dataset["live"] === "yes";
  const first = store.state === null;
  store.table(data, live);
  if (!first) return;
  document.title = data.title;
  mount(App, baseStyle + exploreStyle + runsStyle + reportStyle, element, null);
  if (live) listenLive();
}

/** What `data/more.js` calls. */
export function more(data: ReportMore): void {
  store.more(data);
}

/** What `runs/ID.js` calls. */
export function run(data: RunDetail): void {
  store.run(data);
}
