import { durationText, timeText } from "./columns";
import type { ReportRow } from "./reportData";
import { addressOf } from "./route";

/** Time left at the rate of what is done; of a run that stopped in between its own times alone count. */
function leftText(share: number | null, seconds: number | null): string {
  if (!share || !seconds || share >= 1) return "";
  return `, about ${durationText((seconds * (1 - share)) / share)} left`;
}

/** What runs at this moment, with how far it is. */
export function RunningNow({ rows }: { readonly rows: readonly ReportRow[] }) {
  const running = rows.filter(({ status }) => status === "running");
  if (running.length === 0) return null;
  return (
    <section aria-label="running now">
      <h2>Running now</h2>
      <ul class="now">
        {running.map(({ id, name, kind, share, progress, updated, seconds }) => (
          <li key={id} class="card">
            <a href={addressOf({ page: "run", id })}>{name}</a> <span class="soft">{kind}</span>
            <progress max={1} value={share ?? undefined} aria-label={`progress of ${name}`} />
            <span class="soft num">
              {progress}
              {leftText(share, seconds)}
              {updated === null ? "" : `, written ${timeText(updated)} UTC`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
