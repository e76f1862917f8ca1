import { brushY } from "d3-brush";
import { select } from "d3-selection";
import { Component } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { siAmount } from "../../util/siAmount";
import { Scroll } from "../shared/Scroll";
import { type PathAxis, pathAxes } from "./pathAxes";
import type { PageRun, RunsData } from "./runsData";

interface PathsProps {
  readonly data: RunsData;
  readonly methods: readonly string[];
  readonly colors: readonly string[];
  /** Hashes of the runs that are not faded by the other views. */
  readonly kept: ReadonlySet<string>;
  readonly seen: string | null;
  readonly onSee: (name: string) => void;
  /** Hashes of the runs inside all brushes; null where there is none. */
  readonly onBrush: (runs: ReadonlySet<string> | null) => void;
}

const height = 300;
const [top, bottom, gap, left] = [34, height - 16, 118, 60];

/** Settings, choices and results of every run as one line over parallel axes, each of which can be brushed. */
export function Paths({ data, methods, colors, kept, seen, onSee, onBrush }: PathsProps) {
  const axes = useMemo(() => pathAxes(data, top, bottom, siAmount), [data]);
  const paths = useMemo(() => data.runs.map((run) => pathOf(run, axes)), [data, axes]);
  const say = useRef(onSee);
  say.current = onSee;
  const see = useRef((name: string) => say.current(name));
  const [ranges, setRanges] = useState<Readonly<Record<string, readonly [number, number]>>>({});
  const width = left + gap * Math.max(1, axes.length - 1) + 90;
  const setRange = (key: string, range: readonly [number, number] | null) => {
    const { [key]: _, ...others } = ranges;
    const next = range === null ? others : { ...others, [key]: range };
    setRanges(next);
    const inside = data.runs.filter((run) =>
      axes.every(({ key: own, at }) => {
        const within = next[own];
        const y = at(run);
        return within === undefined || (y !== null && y >= within[0] - 0.5 && y <= within[1] + 0.5);
      }),
    );
    onBrush(Object.keys(next).length === 0 ? null : new Set(inside.map(({ run }) => run)));
  };
  return (
    <Scroll label="parallel coordinates of settings and results">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot stand in for a drawing */}
      <svg width={width} height={height} class="plot paths" role="group" aria-label="one line for each run">
        {data.runs.map((run, i) => (
          <PathLine
            key={run.run}
            run={run}
            d={paths[i] as string}
            faded={!kept.has(run.run)}
            seen={seen === run.name}
            color={colors[methods.indexOf(run.method) % colors.length]}
            onSee={see.current}
          />
        ))}
        {axes.map((axis, i) => (
          <Axis
            key={axis.key}
            axis={axis}
            x={left + gap * i}
            onRange={(range) => setRange(axis.key, range)}
          />
        ))}
      </svg>
    </Scroll>
  );
}

interface PathLineProps {
  readonly run: PageRun;
  readonly d: string;
  readonly faded: boolean;
  readonly seen: boolean;
  readonly color: string | undefined;
  readonly onSee: (name: string) => void;
}

/** One run. Of thousands, only those that changed are drawn anew. */
class PathLine extends Component<PathLineProps> {
  override shouldComponentUpdate({ d, faded, seen, color }: PathLineProps): boolean {
    const { props } = this;
    return d !== props.d || faded !== props.faded || seen !== props.seen || color !== props.color;
  }

  render({ run, d, faded, seen, color, onSee }: PathLineProps) {
    return (
      <path
        d={d}
        class={`${faded ? "faded" : ""} ${seen ? "seen" : ""}`}
        stroke={color}
        onPointerEnter={() => onSee(run.name)}
      >
        <title>{`${run.name}, seed ${run.seed}: ${(100 * run.accuracy).toFixed(1)} %`}</title>
      </path>
    );
  }
}

function pathOf(run: PageRun, axes: readonly PathAxis[]): string {
  let draws = false;
  return axes
    .map(({ at }, i) => {
      const y = at(run);
      const part = y === null ? "" : `${draws ? "L" : "M"}${left + gap * i} ${y.toFixed(1)}`;
      draws = y !== null;
      return part;
    })
    .join("");
}

interface AxisProps {
  readonly axis: PathAxis;
  readonly x: number;
  readonly onRange: (range: readonly [number, number] | null) => void;
}

function Axis({ axis, x, onRange }: AxisProps) {
  const frame = useRef<SVGGElement>(null);
  const say = useRef(onRange);
  say.current = onRange;
  useEffect(() => {
    if (!frame.current) return;
    const area = brushY<null>()
      .extent([
        [-10, top],
        [10, bottom],
      ])
      .on("end", ({ selection }: { selection: [number, number] | null }) => say.current(selection));
    select<SVGGElement, null>(frame.current).call(area);
  }, []);
  return (
    <g transform={`translate(${x} 0)`}>
      <line y1={top} y2={bottom} class="axis" />
      <text y={16} text-anchor="middle" class="name">
        {axis.label.length > 19 ? `…${axis.label.slice(-18)}` : axis.label}
        <title>{axis.label}</title>
      </text>
      {axis.ticks.map(({ text, y }) => (
        <text key={`${text} ${y}`} x={7} y={y + 3.5} class="tick">
          {text.length > 16 ? `${text.slice(0, 15)}…` : text}
        </text>
      ))}
      <g ref={frame} class="brush" />
    </g>
  );
}
