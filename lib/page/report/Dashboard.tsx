import { useMemo } from "preact/hooks";
import { storedDashboard } from "../../figures/notebook/drawnDashboard";
import { raceDashboardSvg } from "../../figures/notebook/raceDashboardSvg";
import { shareDone } from "../../records/raceStandings";
import { BarsError } from "../../util/errors";
import { Scroll } from "../shared/Scroll";
import type { PageRecord } from "./runParts";

/** The picture a notebook shows while a search or a race runs, of what is stored. */
export function Dashboard({ record }: { readonly record: PageRecord }) {
  const svg = useMemo(() => dashboardOf(record), [record]);
  if (svg === null) return null;
  return (
    <section class="card" aria-label="dashboard">
      <h2>Dashboard</h2>
      <Scroll label="picture of the dashboard">
        {/* Its text is escaped where it is drawn. */}
        <div class="dashboard" dangerouslySetInnerHTML={{ __html: svg }} />
      </Scroll>
    </section>
  );
}

function dashboardOf(record: PageRecord): string | null {
  try {
    if (record.kind === "bars.race-record") {
      const share = shareDone(record);
      const title = `Race: ${record.status}`;
      return raceDashboardSvg({
        title,
        share,
        remainingSeconds: undefined,
        elapsedSeconds: record.seconds,
        record,
      });
    }
    return record.kind === "bars.search-record" ? storedDashboard(record) : null;
  } catch (error) {
    if (error instanceof BarsError) return null;
    throw error;
  }
}
