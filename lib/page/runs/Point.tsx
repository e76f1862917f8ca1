import { Component } from "preact";
import { siAmount } from "../../util/siAmount";
import { Mark } from "./Mark";
import type { GroupPoint } from "./points";
import type { PageAxis } from "./runsData";

interface PointProps {
  readonly point: GroupPoint;
  readonly axis: PageAxis;
  readonly cx: number;
  readonly cy: number;
  readonly scales: { readonly x: (value: number) => number; readonly y: (value: number) => number };
  readonly method: number;
  readonly color: string;
  readonly faded: boolean;
  readonly seen: boolean;
  readonly reached: boolean;
  readonly onSee: (name: string) => void;
}

/** A model in the plot: its mean, its spread and its runs. Of thousands, only those that changed are drawn anew. */
export class Point extends Component<PointProps> {
  override shouldComponentUpdate(next: PointProps): boolean {
    return (Object.keys(next) as (keyof PointProps)[]).some((key) => next[key] !== this.props[key]);
  }

  render({ point, axis, cx, cy, scales, method, color, faded, seen, reached, onSee }: PointProps) {
    const { group, runs, spread, front } = point;
    return (
      <g class={faded ? "faded" : ""}>
        {runs.map((run) => (
          <circle
            key={run.run}
            cx={scales.x(run.costs[axis.key] as number)}
            cy={scales.y(run.accuracy)}
            r={1.8}
            fill={color}
          />
        ))}
        {spread === null ? null : (
          <line
            x1={cx}
            x2={cx}
            y1={scales.y(point.y - spread)}
            y2={scales.y(point.y + spread)}
            stroke={color}
            stroke-width={1.5}
          />
        )}
        <Mark
          x={cx}
          y={cy}
          {...{ method, color, seen, reached }}
          open={spread === null}
          label={`${group.name}, ${group.method}: ${(100 * point.y).toFixed(1)} percent at ${siAmount(point.x)} ${axis.unit}${front ? ", on the front" : ""}`}
          onSee={() => onSee(group.name)}
        />
      </g>
    );
  }
}
