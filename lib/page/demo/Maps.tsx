import { useEffect, useRef } from "preact/hooks";
import type { BitMap } from "./network";
import { counted, grouped, percent } from "./words";

/** One map of signs at a time: every channel a small picture. */
export function Maps({
  maps,
  at,
  dark,
  changed,
  onStep,
}: {
  readonly maps: readonly BitMap[];
  readonly at: number;
  readonly dark: boolean;
  /** Whether weights were flipped. */
  readonly changed: boolean;
  readonly onStep: (at: number) => void;
}) {
  const map = maps[at];
  if (!map) return null;
  const { name, height, width, channels } = map.slot;
  const { positive, changed: differing } = map.counts();
  const said = `${channels} channels of ${height} × ${width} signs, ${percent(positive / map.values)} of them +1`;
  return (
    <section class="card maps-card" aria-label="binary feature maps">
      <h2>Binary feature maps</h2>
      <p class="soft">
        What each binary convolution reads: one bit a value. Light is +1, dark is −1
        {changed ? "; orange values are others than with the trained weights" : ""}.
      </p>
      <div class="row">
        <button type="button" disabled={at === 0} onClick={() => onStep(at - 1)}>
          ‹ previous
        </button>
        <button type="button" disabled={at === maps.length - 1} onClick={() => onStep(at + 1)}>
          next ›
        </button>
        <label class="grow">
          <span class="visually-hidden">map</span>
          <input
            type="range"
            min="0"
            max={maps.length - 1}
            value={at}
            aria-valuetext={`${at + 1} of ${maps.length}: ${name}`}
            onInput={({ currentTarget }) => onStep(Number(currentTarget.value))}
          />
        </label>
      </div>
      <p>
        <b>
          {at + 1} of {maps.length}
        </b>{" "}
        <code>{name}</code>
      </p>
      <Tiles map={map} dark={dark} label={said} />
      <p class="soft">
        {said}
        {changed ? `; ${grouped(differing)} of ${counted(map.values, "sign")} changed` : ""}.
      </p>
    </section>
  );
}

const colours = {
  light: { positive: [235, 238, 242], negative: [34, 40, 48], changed: [230, 110, 0] },
  dark: { positive: [214, 220, 228], negative: [18, 22, 27], changed: [255, 140, 40] },
} as const;

function Tiles({
  map,
  dark,
  label,
}: {
  readonly map: BitMap;
  readonly dark: boolean;
  readonly label: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height, channels } = map.slot;
  const across = Math.ceil(Math.sqrt(channels * 1.6));
  const down = Math.ceil(channels / across);
  const gap = Math.max(1, Math.round(width / 16));
  const size = [across * (width + gap) - gap, down * (height + gap) - gap] as const;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(...size);
    const look = colours[dark ? "dark" : "light"];
    map.each((c, pixel, positive, changed) => {
      const x = (c % across) * (width + gap) + (pixel % width);
      const y = Math.floor(c / across) * (height + gap) + Math.floor(pixel / width);
      const rgb = changed ? look.changed : positive ? look.positive : look.negative;
      image.data.set([...rgb, 255], 4 * (y * size[0] + x));
    });
    context.putImageData(image, 0, 0);
  }, [map, dark]);
  return <canvas class="tiles" ref={canvas} width={size[0]} height={size[1]} role="img" aria-label={label} />;
}
