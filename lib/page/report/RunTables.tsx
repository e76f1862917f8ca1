import type { Table } from "../../records/table";
import { Scroll } from "../shared/Scroll";
import { percentText } from "./columns";
import type { ReportRow, RunDetail } from "./reportData";
import { addressOf } from "./route";

/** Jobs of a sweep, each with the runs of its steps. */
export function JobTable({
  detail,
  rows,
}: {
  readonly detail: RunDetail;
  readonly rows: readonly ReportRow[];
}) {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return (
    <section class="card" aria-label="jobs">
      <h2>Jobs</h2>
      <Scroll label="jobs of the sweep">
        <table class="lined num">
          <thead>
            <tr>
              <th scope="col">job</th>
              <th scope="col">status</th>
              <th scope="col">runs</th>
              <th scope="col" class="num">
                test
              </th>
              <th scope="col">what it says</th>
            </tr>
          </thead>
          <tbody>
            {detail.jobs.map(({ name, status, runs, detail: said }) => {
              const tested = runs.map(({ id }) => byId.get(id)).filter((row) => (row?.test ?? null) !== null);
              // Of a job that races and trains, what the training reached.
              const trained = tested.find((row) => row?.kind === "training") ?? tested[0];
              return (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>
                    <span class={`status ${status}`}>{status}</span>
                  </td>
                  <td>
                    {runs.map(({ id, kind }) => (
                      <a key={id} href={addressOf({ page: "run", id })} aria-label={`${kind} of ${name}`}>
                        {kind}{" "}
                      </a>
                    ))}
                  </td>
                  <td class="num">{percentText(trained?.test ?? null)}</td>
                  <td>{said}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

/** A stored table with what its columns hold. */
export function ResultTable({ table }: { readonly table: Table }) {
  const text = (value: unknown) =>
    value === null ? "–" : typeof value === "number" ? String(Number(value.toPrecision(5))) : String(value);
  return (
    <section class="card" aria-label="table">
      <h2>{table.title}</h2>
      <Scroll label={`table ${table.title}`}>
        <table class="lined num">
          <thead>
            <tr>
              {table.columns.map(({ name, unit, description }) => (
                <th key={name} scope="col" title={description}>
                  {name}
                  {unit === null ? "" : ` (${unit})`}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row, i) => (
              <tr key={i}>
                {table.columns.map(({ name }) => (
                  <td key={name}>{text(row[name])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <details>
        <summary>what the columns hold</summary>
        <ul>
          {table.columns.map(({ name, description }) => (
            <li key={name}>
              <strong>{name}</strong>: {description}
            </li>
          ))}
        </ul>
      </details>
      {table.provenance.notes.map((note) => (
        <p key={note} class="soft">
          {note}
        </p>
      ))}
    </section>
  );
}
