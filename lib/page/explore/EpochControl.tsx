import { useEffect, useState } from "preact/hooks";
import type { PageSearch } from "./exploreData";
import { type Place, placeText } from "./settings";

interface EpochProps {
  readonly id: string;
  readonly search: PageSearch;
  readonly place: Place;
  readonly onChange: (place: Place) => void;
}

/** Milliseconds an epoch is seen while the search is played. */
const frame = 450;

/** A slider over the stored epochs, from before the first step on, that can be played; or two for a mean over a window. */
export function EpochControl({ id, search, place, onChange }: EpochProps) {
  const record = search.record;
  const epochs = record?.epochs.map(({ epoch }) => epoch) ?? [];
  const last = epochs.length;
  const stop = (at: Place) =>
    at === "start" || at === "fit" ? 0 : epochs.indexOf(typeof at === "number" ? at : at.to) + 1;
  const placeOf = (position: number): Place => (position === 0 ? "start" : (epochs[position - 1] as number));
  const window = typeof place === "object" ? place : null;
  const [playing, setPlaying] = useState(false);
  const at = stop(place);
  useEffect(() => {
    if (!playing) return;
    if (at >= last) return setPlaying(false);
    const timer = setTimeout(() => onChange(placeOf(at + 1)), frame);
    return () => clearTimeout(timer);
  });
  const toggle = () => {
    if (!playing && (at >= last || window)) onChange("start");
    setPlaying(!playing);
  };
  const chosen = record?.chosen?.epoch;
  const moveEnd = (position: number) => {
    if (!window) return onChange(placeOf(position));
    const to = epochs[Math.max(1, position) - 1] as number;
    onChange({ from: Math.min(window.from, to), to });
  };
  if (record?.race)
    return (
      <p class="soft">Alphas fitted to the scores of the race's first rung. There are no epochs to choose.</p>
    );
  if (last === 0)
    return (
      <p class="soft">No epoch of this search has ended: only the alphas of its start can be derived from.</p>
    );
  return (
    <div class="field">
      <label for={id}>
        alphas of <output class="num">{placeText(place)}</output>
        <span class="soft"> of {record?.epochs.length === 1 ? "1" : epochNumbers(epochs)}</span>
      </label>
      <div class="row">
        <button
          type="button"
          onClick={toggle}
          aria-label={playing ? "pause" : "play the search epoch by epoch"}
        >
          {playing ? "❚❚" : "▶"}
        </button>
        <input
          id={id}
          type="range"
          class="grow"
          min={window ? 1 : 0}
          max={last}
          step={1}
          value={at}
          aria-valuetext={placeText(place)}
          onInput={({ currentTarget }) => {
            setPlaying(false);
            moveEnd(Number(currentTarget.value));
          }}
        />
      </div>
      {window ? (
        <input
          type="range"
          aria-label="first epoch of the window"
          aria-valuetext={`epoch ${window.from + 1}`}
          min={1}
          max={last}
          step={1}
          value={epochs.indexOf(window.from) + 1}
          onInput={({ currentTarget }) => {
            const from = epochs[Number(currentTarget.value) - 1] as number;
            onChange({ from, to: Math.max(from, window.to) });
          }}
        />
      ) : null}
      <div class="row soft">
        <label>
          <input
            type="checkbox"
            checked={window !== null}
            disabled={search.thinned}
            onChange={({ currentTarget }) => {
              setPlaying(false);
              const to = epochs[Math.max(1, at) - 1] as number;
              const from = epochs[Math.max(1, at - 2) - 1] as number;
              onChange(currentTarget.checked ? { from, to } : placeOf(at));
            }}
          />{" "}
          mean of alphas over a window
        </label>
        {chosen === undefined ? null : (
          <button type="button" onClick={() => onChange(chosen)} title={record?.chosen?.reason}>
            the search chose epoch {chosen + 1}
          </button>
        )}
      </div>
    </div>
  );
}

const epochNumbers = (epochs: readonly number[]) => String((epochs.at(-1) as number) + 1);
