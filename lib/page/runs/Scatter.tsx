import { brush } from "d3-brush";
import { scaleLinear, scaleLog } from "d3-scale";
import { select } from "d3-selection";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { PublishedPoint } from "../../frontier/publishedPoint";
import { siAmount } from "../../util/siAmount";
import { Point } from "./Point";
import type { GroupPoint } from "./points";
import type { PageAxis } from "./runsData";

interface ScatterProps {
  readonly points: readonly GroupPoint[];
  readonly published: readonly PublishedPoint[];
  readonly axis: PageAxis;
  readonly log: boolean;
  readonly methods: readonly string[];
  readonly colors: readonly string[];
  /** Names of the points that are in the brush, or all. */
  readonly kept: ReadonlySet<string>;
  readonly seen: string | null;
  readonly onSee: (name: string) => void;
  readonly onBrush: (names: ReadonlySet<string> | null) => void;
}

/** Marks that the Tab key goes through; of more, those on the front. The list has them all. */
const mostReached = 200;

const size = { width: 640, height: 400, left: 52, right: 14, top: 12, bottom: 46 };

/** Accuracy against a cost: means with their spread over seeds, single runs as dots, the front as stairs. */
export function Scatter(props: ScatterProps) {
  const { points, published, axis, log, methods, colors, kept, seen, onSee, onBrush } = props;
  const frame = useRef<SVGGElement>(null);
  const say = useRef(onSee);
  say.current = onSee;
  const see = useRef((name: string) => say.current(name));
  const stated = published.flatMap((one) => {
    const x = (one as unknown as Record<string, number | null>)[axis.key] ?? null;
    return x === null ? [] : [{ one, x }];
  });
  const xs = [
    ...points.flatMap(({ runs }) => runs.map(({ costs }) => costs[axis.key] as number)),
    ...stated.map(({ x }) => x),
  ];
  const ys = [
    ...points.flatMap(({ runs }) => runs.map(({ accuracy }) => accuracy)),
    ...stated.map(({ one }) => one.accuracy),
  ];
  const positive = xs.filter((value) => value > 0);
  const isLog = log && positive.length === xs.length;
  const [least, most] = [Math.min(...xs), Math.max(...xs)];
  const x = (
    isLog ? scaleLog().domain([least / 1.15, most * 1.15]) : scaleLinear().domain([0, most * 1.06])
  ).range([size.left, size.width - size.right]);
  const y = scaleLinear()
    .domain([Math.min(...ys) - 0.01, Math.max(...ys) + 0.01])
    .range([size.height - size.bottom, size.top])
    .nice();
  const extent: [[number, number], [number, number]] = [
    [size.left, size.top],
    [size.width - size.right, size.height - size.bottom],
  ];
  useEffect(() => {
    if (!frame.current) return;
    const area = brush<null>()
      .extent(extent)
      .on("end", ({ selection }: { selection: [[number, number], [number, number]] | null }) => {
        if (selection === null) return onBrush(null);
        const [[x0, y0], [x1, y1]] = selection;
        const inside = points.filter((point) => {
          const [px, py] = [x(point.x), y(point.y)];
          return px >= x0 && px <= x1 && py >= y0 && py <= y1;
        });
        onBrush(new Set(inside.map(({ group }) => group.name)));
      });
    const drawn = select<SVGGElement, null>(frame.current);
    drawn.call(area);
    // The plot's own frame is no control of the keyboard: the table below chooses, too.
    return () => void drawn.on(".brush", null).selectAll("*").remove();
  }, [axis.key, isLog, points]);
  const scales = useMemo(() => ({ x, y }), [axis.key, isLog, points]);
  const stairs = points.filter(({ front }) => front).sort((a, b) => a.x - b.x);
  const path = stairs
    .map((point, i) => `${i === 0 ? "M" : "H"}${x(point.x)}${i === 0 ? ` ${y(point.y)}` : `V${y(point.y)}`}`)
    .join("");
  const ticks = isLog
    ? x.ticks(6).filter((tick) => /^[125]/.test(String(tick).replace(/^0\.0*/, "")))
    : x.ticks(6);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot stand in for a drawing
    <svg
      viewBox={`0 0 ${size.width} ${size.height}`}
      class="plot scatter"
      role="group"
      aria-label={`test accuracy against ${axis.label}`}
    >
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={x(tick)} x2={x(tick)} y1={size.top} y2={size.height - size.bottom} class="grid" />
          <text x={x(tick)} y={size.height - size.bottom + 16} text-anchor="middle">
            {siAmount(tick)}
          </text>
        </g>
      ))}
      {y.ticks(6).map((tick) => (
        <g key={tick}>
          <line x1={size.left} x2={size.width - size.right} y1={y(tick)} y2={y(tick)} class="grid" />
          <text x={size.left - 6} y={y(tick) + 4} text-anchor="end">
            {(100 * tick).toFixed(0)} %
          </text>
        </g>
      ))}
      <text x={(size.left + size.width) / 2} y={size.height - 8} text-anchor="middle">
        {axis.label}, {axis.unit}
        {isLog ? " (log)" : ""}
      </text>
      <path d={path} class="front" />
      <g ref={frame} class="brush" />
      {stated.map(({ one, x: at }) => (
        <g key={one.name} class="published">
          <title>{`${one.name}: ${(100 * one.accuracy).toFixed(1)} %, published: ${one.source}`}</title>
          <circle cx={x(at)} cy={y(one.accuracy)} r={5} />
          <text x={x(at) + 8} y={y(one.accuracy) + 4}>
            {one.name}
          </text>
        </g>
      ))}
      {points.map((point) => (
        <Point
          key={point.group.name}
          {...{ point, axis }}
          cx={x(point.x)}
          cy={y(point.y)}
          scales={scales}
          method={methods.indexOf(point.group.method)}
          color={colors[methods.indexOf(point.group.method) % colors.length] as string}
          faded={!kept.has(point.group.name)}
          seen={seen === point.group.name}
          reached={points.length <= mostReached || point.front}
          onSee={see.current}
        />
      ))}
    </svg>
  );
}
