import { useMemo, useState } from "preact/hooks";
import { siAmount } from "../../util/siAmount";
import { copyText } from "../shared/files";
import type { RootProps } from "../shared/mount";
import { Scroll } from "../shared/Scroll";
import { useDark } from "../shared/useDark";
import { Details } from "./Details";
import { Paths } from "./Paths";
import { chosenCode, type GroupPoint, pointsOf } from "./points";
import type { PageAxis, RunSource, RunsData } from "./runsData";
import { Scatter } from "./Scatter";

let pages = 0;

/** Models a list shows before it is asked for all, and places it names that are left out. */
const [mostListed, mostLeftOut] = [200, 5];

/** The whole page of `bars.exploreFrontier` and `bars.explorePaths`: a frontier, parallel coordinates and a list, linked. */
export function App({ data, host, source }: RootProps<RunsData> & { readonly source?: RunSource }) {
  const [id] = useState(() => `br${++pages}`);
  const dark = useDark(host);
  const [axisKey, setAxis] = useState(data.axes[0]?.key ?? "bops");
  const [log, setLog] = useState(true);
  const [seen, setSeen] = useState<string | null>(null);
  const [inScatter, setInScatter] = useState<ReadonlySet<string> | null>(null);
  const [inPaths, setInPaths] = useState<ReadonlySet<string> | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [said, setSaid] = useState("");
  const [listsAll, setListsAll] = useState(false);
  const axis = (data.axes.find(({ key }) => key === axisKey) ?? data.axes[0]) as PageAxis;
  const points = useMemo(() => pointsOf(data.runs, axis.key), [data, axis.key]);
  const methods = useMemo(() => [...new Set(data.runs.map(({ method }) => method))], [data]);
  const colors = useMemo(
    () =>
      ["blue", "vermillion", "green", "purple", "orange", "skyBlue"].map(
        (name) => (dark ? lighter[name] : undefined) ?? data.theme.palette[name] ?? "#888888",
      ),
    [dark, data],
  );
  const { keptPoints, keptNames, keptRuns } = useMemo(
    () => keptOf(points, inScatter, inPaths),
    [points, inScatter, inPaths],
  );
  const point =
    points.find(({ group }) => group.name === seen) ?? points.find(({ front }) => front) ?? points[0];
  const see = (name: string) =>
    setSeen(
      points.find(({ group }) => group.name === name || group.name.startsWith(`${name} (`))?.group.name ??
        name,
    );
  const copy = async () => {
    const runs = points.filter(({ group }) => chosen.has(group.name)).flatMap((one) => one.runs);
    const done = await copyText(chosenCode(runs, data));
    setSaid(done ? `Copied code for ${runs.length} runs.` : "This page may not copy.");
  };
  const scatter = (
    <section class="card" aria-label="frontier">
      <h2>Test accuracy against cost</h2>
      <div class="row">
        <label for={`${id}-axis`}>cost</label>
        <select
          id={`${id}-axis`}
          value={axis.key}
          onChange={({ currentTarget }) => setAxis(currentTarget.value)}
        >
          {data.axes.map(({ key, label }) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </select>
        <label>
          <input
            type="checkbox"
            checked={log}
            onChange={({ currentTarget }) => setLog(currentTarget.checked)}
          />{" "}
          logarithmic
        </label>
      </div>
      <Scroll label="plot of accuracy against cost">
        <Scatter
          {...{ points, axis, log, methods, colors, seen }}
          published={data.published}
          kept={keptNames}
          onSee={see}
          onBrush={setInScatter}
        />
      </Scroll>
      <Legend {...{ methods, colors }} />
      <p class="soft">
        {data.runs[0]?.testSet}. A mark is the mean over seeds with its standard deviation, open where there
        is one run; dots are runs; the line is the front of the means. Drag to list what lies inside. One
        multiply-accumulate = 1; OPs = FLOPs + BOPs / 64.
      </p>
      {data.published.map(({ name, source }) => (
        <p class="soft" key={name}>
          {name}: published, {source}; other recipes, images and seeds, so on no front.
        </p>
      ))}
    </section>
  );
  const list = (
    <section class="card" aria-label="list">
      <h2>Models</h2>
      <Scroll label="list of models">
        <table>
          <thead>
            <tr>
              <th scope="col">choose</th>
              <th scope="col">model</th>
              <th scope="col">method</th>
              <th scope="col" class="num">
                seeds
              </th>
              <th scope="col" class="num">
                {axis.label}
              </th>
              <th scope="col" class="num">
                test accuracy
              </th>
              <th scope="col">front</th>
            </tr>
          </thead>
          <tbody>
            {[...keptPoints]
              .sort((a, b) => a.x - b.x)
              .slice(0, listsAll ? undefined : mostListed)
              .map(({ group, x, y, spread, front, runs }) => (
                <tr key={group.name} class={group.name === point?.group.name ? "seen" : ""}>
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`choose ${group.name}`}
                      checked={chosen.has(group.name)}
                      onChange={({ currentTarget }) => {
                        const next = new Set(chosen);
                        if (currentTarget.checked) next.add(group.name);
                        else next.delete(group.name);
                        setChosen(next);
                      }}
                    />
                  </td>
                  <th scope="row">
                    <button type="button" class="link" onClick={() => setSeen(group.name)}>
                      {group.name}
                    </button>
                  </th>
                  <td>{group.method}</td>
                  <td class="num">{runs.length}</td>
                  <td class="num">{siAmount(x)}</td>
                  <td class="num">
                    {(100 * y).toFixed(1)} %{spread === null ? "" : ` ± ${(100 * spread).toFixed(1)}`}
                  </td>
                  <td>{front ? "yes" : ""}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </Scroll>
      <div class="row">
        <button type="button" class="primary" disabled={chosen.size === 0} onClick={copy}>
          copy code for the {chosen.size} chosen
        </button>
        {listsAll || keptPoints.length <= mostListed ? null : (
          <button type="button" onClick={() => setListsAll(true)}>
            list all {keptPoints.length}, not {mostListed}
          </button>
        )}
      </div>
    </section>
  );
  const paths = (
    <section class="card wide-card" aria-label="settings and results">
      <h2>Settings and results</h2>
      <Paths {...{ data, methods, colors, seen }} kept={keptRuns} onSee={see} onBrush={setInPaths} />
      <p class="soft">
        One line a run. Drag along an axis to keep the runs that pass there; a click beside it takes that
        back.
      </p>
    </section>
  );
  return (
    <section class={dark ? "app dark" : "app"} aria-label="explorer of trained networks">
      <p role="status" aria-live="polite" class="said">
        {said || `${keptNames.size} of ${points.length} models, ${keptRuns.size} of ${data.runs.length} runs`}
      </p>
      <LeftOut places={data.leftOut} />
      {data.runs.length === 0 ? <p class="warn">There is no finished training to show.</p> : null}
      <div class="columns runs">
        {data.view === "paths" ? paths : null}
        <div class="middle">
          {scatter}
          {list}
        </div>
        <div class="side">{point ? <Details {...{ point, points, source }} axes={data.axes} /> : null}</div>
        {data.view === "paths" ? null : paths}
      </div>
    </section>
  );
}

/** What all brushes keep. */
function keptOf(
  points: readonly GroupPoint[],
  inScatter: ReadonlySet<string> | null,
  inPaths: ReadonlySet<string> | null,
) {
  const keptPoints = points.filter(
    ({ group, runs }) =>
      (inScatter === null || inScatter.has(group.name)) &&
      (inPaths === null || runs.some(({ run }) => inPaths.has(run))),
  );
  const kept = keptPoints.flatMap(({ runs }) =>
    runs.filter(({ run }) => inPaths === null || inPaths.has(run)).map(({ run }) => run),
  );
  return {
    keptPoints,
    keptNames: new Set(keptPoints.map(({ group }) => group.name)),
    keptRuns: new Set(kept),
  };
}

/** Records that are left out, with the reason: the first few at once. */
function LeftOut({ places }: { readonly places: RunsData["leftOut"] }) {
  const line = ({ place, why }: RunsData["leftOut"][number]) => (
    <p class="warn" key={place}>
      {place} is left out: {why}
    </p>
  );
  const rest = places.slice(mostLeftOut);
  return (
    <>
      {places.slice(0, mostLeftOut).map(line)}
      {rest.length === 0 ? null : (
        <details>
          <summary>{rest.length} more are left out</summary>
          {rest.map(line)}
        </details>
      )}
    </>
  );
}

/** Of the palette those that are too dark on dark pages. */
const lighter: Readonly<Record<string, string>> = {
  blue: "#4aa8e0",
  vermillion: "#ff8a3c",
  green: "#3fcf9f",
  purple: "#e59cc4",
};

function Legend({
  methods,
  colors,
}: {
  readonly methods: readonly string[];
  readonly colors: readonly string[];
}) {
  return (
    <ul class="plain row soft">
      {methods.map((method, i) => (
        <li key={method}>
          <span style={{ color: colors[i % colors.length] }} aria-hidden="true">
            {["●", "■", "▲", "◆", "▼", "✚"][i % 6]}
          </span>{" "}
          {method}
        </li>
      ))}
    </ul>
  );
}
