import { useEffect, useMemo, useState } from "preact/hooks";
import { drawGenotype } from "../../figures/drawings/drawGenotype";
import { siAmount } from "../../util/siAmount";
import { Scroll } from "../shared/Scroll";
import { dominatedBy, type GroupPoint } from "./points";
import type { PageAxis, PageRun, RunSource } from "./runsData";

interface DetailsProps {
  readonly point: GroupPoint;
  readonly points: readonly GroupPoint[];
  readonly axes: readonly PageAxis[];
  readonly source?: RunSource | undefined;
}

/** Runs whose curves are drawn; of more, the first. */
const mostCurves = 12;

/** What stands behind a point: numbers over seeds, what dominates it, training curves, the architecture. */
export function Details({ point, points, axes, source }: DetailsProps) {
  const { group, y, spread, front } = point;
  const runs = useComplete(point.runs, source);
  const others = dominatedBy(point, points);
  const first = runs[0] as PageRun;
  const drawing = useMemo(
    () =>
      first.genotype === null
        ? null
        : drawGenotype(first.genotype, { title: `${first.name}, seed ${first.seed}` }),
    [first],
  );
  const cost = ({ key, label }: PageAxis) => {
    const values = runs.map(({ costs }) => costs[key] ?? null);
    const known = values.filter((value) => value !== null);
    return known.length === 0
      ? null
      : `${siAmount(known.reduce((a, b) => a + b, 0) / known.length)} ${label}`;
  };
  return (
    <section class="card" aria-label="the point looked at">
      <h2>{group.name}</h2>
      <p class="num">
        {(100 * y).toFixed(1)} %{spread === null ? "" : ` ± ${(100 * spread).toFixed(1)}`} test accuracy,{" "}
        {runs.length === 1 ? "1 run, spread not known" : `${runs.length} seeds, ± is the standard deviation`};{" "}
        {axes.flatMap((axis) => cost(axis) ?? []).join(", ")}
      </p>
      <p>
        {group.method}. {first.about}
      </p>
      {front ? (
        <p>On the front of the means: nothing here is both cheaper and better.</p>
      ) : (
        <>
          <p>Dominated by {others.length}:</p>
          <ul>
            {others.slice(0, 4).map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </>
      )}
      {source === undefined ? null : (
        <p>
          Runs:{" "}
          {runs.slice(0, mostCurves).map((run) => (
            <a key={run.run} href={source.href(run)}>
              seed {run.seed}{" "}
            </a>
          ))}
        </p>
      )}
      <Curves runs={runs.slice(0, mostCurves)} />
      {drawing === null ? null : (
        <Scroll label="architecture">
          <div class="drawing" dangerouslySetInnerHTML={{ __html: drawing }} />
        </Scroll>
      )}
    </section>
  );
}

/** Runs with what their source knows of them, once it has come. */
function useComplete(runs: readonly PageRun[], source: RunSource | undefined): readonly PageRun[] {
  const [known, setKnown] = useState<{ of: readonly PageRun[]; runs: readonly PageRun[] } | null>(null);
  useEffect(() => {
    if (source === undefined) return;
    let wanted = true;
    // Whoever passes over many points asks for none of them.
    const timer = setTimeout(async () => {
      const first = await Promise.all(runs.slice(0, mostCurves).map(source.complete));
      if (wanted) setKnown({ of: runs, runs: [...first, ...runs.slice(mostCurves)] });
    }, 120);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [runs, source]);
  return known !== null && known.of === runs ? known.runs : runs;
}

const curve = { width: 300, height: 120, left: 34, top: 8, bottom: 20 };

/** Accuracy by epoch: of training dashed, on test images or held-out ones drawn through. */
function Curves({ runs }: { readonly runs: readonly PageRun[] }) {
  const epochs = Math.max(...runs.map((run) => run.curve.train.length));
  if (epochs < 2) return <p class="soft">No training curve: fewer than two epochs are stored.</p>;
  const x = (epoch: number) => curve.left + ((curve.width - curve.left - 6) * epoch) / (epochs - 1);
  const y = (share: number) => curve.top + (curve.height - curve.top - curve.bottom) * (1 - share);
  const line = (values: readonly (number | null)[]) =>
    values
      .flatMap((value, i) => (value === null ? [] : [`${x(i).toFixed(1)},${y(value).toFixed(1)}`]))
      .join(" ");
  return (
    <svg
      viewBox={`0 0 ${curve.width} ${curve.height}`}
      class="plot curve"
      role="img"
      aria-label={`training curves over ${epochs} epochs: the last ends at ${(100 * (runs[0]?.curve.train.at(-1) ?? 0)).toFixed(0)} percent of training images`}
    >
      {[0, 0.5, 1].map((tick) => (
        <g key={tick}>
          <line x1={curve.left} x2={curve.width - 6} y1={y(tick)} y2={y(tick)} class="grid" />
          <text x={curve.left - 4} y={y(tick) + 4} text-anchor="end">{`${100 * tick} %`}</text>
        </g>
      ))}
      {runs.map(({ run, curve: own }) => (
        <g key={run}>
          <polyline points={line(own.train)} class="line dashed" />
          <polyline points={line(own.validation)} class="line" />
          <polyline points={line(own.test)} class="line strong" />
        </g>
      ))}
      <text
        x={curve.width / 2}
        y={curve.height - 5}
        text-anchor="middle"
      >{`epochs 1 to ${epochs}; dashed: training images, augmented`}</text>
    </svg>
  );
}
