import { useEffect, useRef, useState } from "preact/hooks";
import { counted } from "../../util/counted";
import type { RootProps } from "../shared/mount";
import { useDark } from "../shared/useDark";
import { Compare } from "./Compare";
import { timeText } from "./columns";
import { Frontier } from "./Frontier";
import { RunPage } from "./RunPage";
import { RunsTable } from "./RunsTable";
import { addressOf, type Route, routeOf } from "./route";
import { type ReportState, store } from "./store";

/** A whole report: table, pages of runs, comparison, frontier, what could not be read. */
export function App({ host }: RootProps<null>) {
  const state = useReport();
  const dark = useDark(host);
  const [route, setRoute] = useState<Route>(() => routeOf(location.hash));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const heading = useRef<HTMLHeadingElement>(null);
  const first = useRef(true);
  useEffect(() => {
    const follow = () => setRoute(routeOf(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const place = route.page === "run" ? route.id : route.page;
  useEffect(() => {
    // A new page begins at its heading, also for a screen reader.
    if (!first.current) heading.current?.focus({ preventScroll: true });
    if (!first.current) scrollTo(0, 0);
    first.current = false;
  }, [place]);
  const choose = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  return (
    <div class={dark ? "app report dark" : "app report"}>
      <header>
        <h1 ref={heading} tabIndex={-1}>
          {state.title}
        </h1>
        <Links {...{ state, route, chosen }} />
        <p class="soft">
          {counted(state.rows.length, "run")}, {state.live === null ? "made" : "read"} {timeText(state.made)}{" "}
          UTC, bars {state.bars}
        </p>
        {state.live === null ? null : (
          <p role="status" class={state.live ? "soft live" : "soft live lost"}>
            {state.live ? "live" : "no connection to the server; trying again"}
          </p>
        )}
      </header>
      <Shown {...{ state, route, dark, host, chosen, choose }} />
    </div>
  );
}

interface ShownProps {
  readonly state: ReportState;
  readonly route: Route;
  readonly dark: boolean;
  readonly host: HTMLElement;
  readonly chosen: ReadonlySet<string>;
  readonly choose: (id: string, on: boolean) => void;
}

function Shown({ state, route, dark, host, chosen, choose }: ShownProps) {
  switch (route.page) {
    case "run":
      return <RunPage key={route.id} {...{ state, dark, host, chosen, choose }} id={route.id} />;
    case "compare":
      return <Compare key={route.ids.join()} {...{ state, dark }} ids={route.ids} />;
    case "frontier":
      return <Frontier {...{ state, host }} />;
    case "unreadable":
      return <Unreadable state={state} />;
    default:
      return <RunsTable {...{ state, route, chosen, choose }} />;
  }
}

function Links({ state, route, chosen }: Pick<ShownProps, "state" | "route" | "chosen">) {
  const compared = route.page === "compare" ? route.ids : [...chosen];
  const links: readonly (readonly [Route, string])[] = [
    [{ page: "runs", filter: "", sort: "", columns: "" }, "Runs"],
    [{ page: "frontier" }, "Frontier"],
    [{ page: "compare", ids: compared }, `Compare (${compared.length})`],
    [{ page: "unreadable" }, `Left out (${state.problems.length})`],
  ];
  return (
    <nav aria-label="report">
      <ul>
        {links.map(([to, text]) => (
          <li key={to.page}>
            <a href={addressOf(to)} aria-current={to.page === route.page ? "page" : undefined}>
              {text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Unreadable({ state }: Pick<ShownProps, "state">) {
  return (
    <section class="card" aria-label="left out">
      <h2>What is not in the table</h2>
      {state.problems.length === 0 ? <p>Every record could be read.</p> : null}
      <ul>
        {state.problems.map(({ place, why }) => (
          <li key={place}>
            <strong>{place}</strong>: {why}
          </li>
        ))}
      </ul>
      {state.notes.map((note) => (
        <p key={note} class="soft">
          {note}
        </p>
      ))}
    </section>
  );
}

function useReport(): ReportState {
  const [, setTurn] = useState(0);
  useEffect(() => store.listen(() => setTurn((turn) => turn + 1)), []);
  return store.state as ReportState;
}
