import type { ReportChange } from "./reportData";
import { store } from "./store";

/** Hears from the server of this page what changed. The browser itself tries again when the server was away. */
export function listenLive(): void {
  const events = new EventSource("events");
  /** Whether something may have changed that was not heard; at first since the page's table was made. */
  let lost = true;
  events.addEventListener("change", ({ data }) => store.change(JSON.parse(data as string) as ReportChange));
  events.onopen = () => {
    store.set({ live: true });
    if (lost) void store.load("data/table.js", true);
    lost = false;
  };
  events.onerror = () => {
    lost = true;
    store.set({ live: false });
  };
}
