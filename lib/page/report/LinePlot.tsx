import { scaleLinear, scaleLog } from "d3-scale";
import { useMemo, useState } from "preact/hooks";
import { Scroll } from "../shared/Scroll";
import type { Series } from "./curves";

interface LinePlotProps {
  readonly title: string;
  /** What a place is, in the singular: `epoch`. Places are counted from 1. */
  readonly unit: string;
  readonly series: readonly Series[];
  readonly text: (value: number) => string;
  /** A line across, e.g. a budget. */
  readonly mark?: { readonly name: string; readonly value: number } | null;
  readonly log?: boolean;
  readonly note?: string;
  readonly dark: boolean;
}

const size = { width: 460, height: 230, left: 56, right: 10, top: 10, bottom: 34 };
const light = ["#0072b2", "#d55e00", "#00795a", "#a3487a", "#8a6100", "#555c66"];
const bright = ["#4aa8e0", "#ff8a3c", "#3fcf9f", "#e59cc4", "#e6b450", "#b3bac4"];
const dashes = ["", "6 3", "2 3", "8 3 2 3", "", "6 3"];
/** Points of a line; of more, every second, third, … is drawn. */
const mostPoints = 600;

/** Lines over epochs, told apart by dashes as well as by colour, with the numbers as a table beneath. */
export function LinePlot({ title, unit, series, text, mark = null, log = false, note, dark }: LinePlotProps) {
  const [at, setAt] = useState<number | null>(null);
  const drawn = series.filter(({ values }) => values.some((value) => value !== null));
  const count = Math.max(0, ...drawn.map(({ values }) => values.length));
  const plot = useMemo(() => scalesOf(drawn, count, mark?.value ?? null, log), [series, mark?.value, log]);
  if (plot === null || count === 0) return null;
  const { x, y } = plot;
  const colors = dark ? bright : light;
  const colorOf = (i: number) => drawn[i]?.color ?? (colors[i % colors.length] as string);
  const find = (event: { clientX: number; currentTarget: Element }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = Math.round(x.invert(((event.clientX - box.left) / box.width) * size.width));
    setAt(Math.min(count, Math.max(1, place)));
  };
  const spoken = drawn
    .map(({ name, values }) => {
      const known = values.filter((value) => value !== null);
      return `${name} from ${text(known[0] as number)} to ${text(known.at(-1) as number)}`;
    })
    .join(", ");
  return (
    <figure class="card lines">
      <figcaption>
        <h3>{title}</h3>
      </figcaption>
      <svg
        viewBox={`0 0 ${size.width} ${size.height}`}
        class="plot"
        role="img"
        aria-label={`${title} over ${count} ${unit}s: ${spoken}`}
        onPointerMove={find}
        onPointerLeave={() => setAt(null)}
      >
        {y
          .ticks(5)
          .filter((_, i, all) => all.length < 8 || i % 2 === 0)
          .map((tick) => (
            <g key={tick}>
              <line x1={size.left} x2={size.width - size.right} y1={y(tick)} y2={y(tick)} class="grid" />
              <text x={size.left - 6} y={y(tick) + 4} text-anchor="end">
                {text(tick)}
              </text>
            </g>
          ))}
        {x
          .ticks(Math.min(8, count))
          .filter(Number.isInteger)
          .map((tick) => (
            <text key={tick} x={x(tick)} y={size.height - size.bottom + 16} text-anchor="middle">
              {tick}
            </text>
          ))}
        <text x={(size.left + size.width) / 2} y={size.height - 4} text-anchor="middle">
          {unit}
        </text>
        {mark === null ? null : (
          <line
            x1={size.left}
            x2={size.width - size.right}
            y1={y(mark.value)}
            y2={y(mark.value)}
            class="front"
          />
        )}
        {drawn.map(({ name, values }, i) => (
          <path
            key={name}
            d={pathOf(values, x, y)}
            fill="none"
            stroke={colorOf(i)}
            stroke-width={1.8}
            stroke-dasharray={dashes[i % dashes.length]}
          />
        ))}
        {count < 60 &&
          drawn.map(({ name, values }, i) =>
            values.map((value, k) =>
              value === null ? null : (
                <circle key={`${name} ${k}`} cx={x(k + 1)} cy={y(value)} r={2} fill={colorOf(i)} />
              ),
            ),
          )}
        {at === null ? null : (
          <line x1={x(at)} x2={x(at)} y1={size.top} y2={size.height - size.bottom} class="axis" />
        )}
      </svg>
      <ul class="plain row soft num">
        {drawn.map(({ name, values }, i) => {
          const value =
            at === null ? (values.filter((one) => one !== null).at(-1) ?? null) : (values[at - 1] ?? null);
          return (
            <li key={name}>
              <svg width="22" height="8" aria-hidden="true">
                <line
                  x1="0"
                  x2="22"
                  y1="4"
                  y2="4"
                  stroke={colorOf(i)}
                  stroke-width="2.4"
                  stroke-dasharray={dashes[i % dashes.length]}
                />
              </svg>{" "}
              {name} {value === null ? "–" : text(value)}
            </li>
          );
        })}
        {mark === null ? null : (
          <li>
            – – {mark.name} {text(mark.value)}
          </li>
        )}
        <li>{at === null ? "last" : `${unit} ${at}`}</li>
      </ul>
      {note === undefined ? null : <p class="soft">{note}</p>}
      <Numbers {...{ title, unit, text, count }} series={drawn} />
    </figure>
  );
}

type Scale = ReturnType<typeof scaleLinear<number, number>>;

function scalesOf(
  series: readonly Series[],
  count: number,
  mark: number | null,
  log: boolean,
): { x: Scale; y: Scale } | null {
  const values = [...series.flatMap((one) => one.values), mark].filter((value) => value !== null);
  if (values.length === 0) return null;
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  const isLog = log && least > 0;
  const pad = (most - least || Math.abs(most) || 1) * 0.05;
  const y = (isLog
    ? scaleLog().domain([least / 1.1, most * 1.1])
    : scaleLinear().domain([least - pad, most + pad])
  ).range([size.height - size.bottom, size.top]) as unknown as Scale;
  const x = scaleLinear()
    .domain([1, Math.max(2, count)])
    .range([size.left, size.width - size.right]);
  return { x, y };
}

function pathOf(values: readonly (number | null)[], x: Scale, y: Scale): string {
  const step = Math.ceil(values.length / mostPoints);
  let draws = false;
  let path = "";
  values.forEach((value, i) => {
    if (i % step !== 0 && i !== values.length - 1) return;
    if (value !== null) path += `${draws ? "L" : "M"}${x(i + 1).toFixed(1)} ${y(value).toFixed(1)}`;
    // Where only some epochs are measured, the line runs on between them.
    draws = draws || value !== null;
  });
  return path;
}

interface NumbersProps extends Pick<LinePlotProps, "title" | "unit" | "text" | "series"> {
  readonly count: number;
}

function Numbers({ title, unit, text, series, count }: NumbersProps) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>numbers</summary>
      {open ? (
        <Scroll label={`numbers of ${title}`}>
          <table class="lined num">
            <thead>
              <tr>
                <th scope="col">{unit}</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col" class="num">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {Array.from({ length: count }, (_, i) => (
                <tr key={i}>
                  <th scope="row">{i + 1}</th>
                  {series.map(({ name, values }) => (
                    <td key={name} class="num">
                      {typeof values[i] === "number" ? text(values[i]) : ""}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      ) : null}
    </details>
  );
}
