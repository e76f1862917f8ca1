import { timeText } from "./columns";
import type { ReportRow } from "./reportData";
import { addressOf } from "./route";

/** What runs at this moment, with how far it is. */
export function RunningNow({ rows }: { readonly rows: readonly ReportRow[] }) {
  const running = rows.filter(({ status }) => status === "running");
  if (running.length === 0) return null;
  return (
    <section aria-label="running now">
      <h2>Running now</h2>
      <ul class="now">
        {running.map(({ id, name, kind, share, progress, updated }) => (
          <li key={id} class="card">
            <a href={addressOf({ page: "run", id })}>{name}</a> <span class="soft">{kind}</span>
            <progress max={1} value={share ?? undefined} aria-label={`progress of ${name}`} />
            <span class="soft num">
              {progress}
              {updated === null ? "" : `, written ${timeText(updated)} UTC`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
