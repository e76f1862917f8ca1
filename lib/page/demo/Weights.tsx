import { useState } from "preact/hooks";
import { fold, randomKey } from "../../random/randomKey";
import { type BinaryLayer, channelOf, drawnWeights, filterWeights, signOf, type Weight } from "./flips";
import { counted, grouped } from "./words";

interface WeightsProps {
  /** Of the network as it was trained. */
  readonly layers: readonly BinaryLayer[];
  /** The same with the weights as they are now. */
  readonly now: readonly BinaryLayer[];
  /** Changes that can be undone, oldest first. */
  readonly history: readonly (readonly Weight[])[];
  /** Weights that are not as trained. */
  readonly others: number;
  readonly onFlip: (weights: readonly Weight[]) => void;
  readonly onUndo: () => void;
  readonly onReset: () => void;
}

/** Weights of one layer, to be flipped: one kernel at a time, a filter, or some drawn at random. */
export function Weights({ layers, now, history, others, onFlip, onUndo, onReset }: WeightsProps) {
  // The first with a window, if there is one.
  const [chosen, choose] = useState(() =>
    Math.max(
      0,
      layers.findIndex(({ conv }) => conv.kernel > 1),
    ),
  );
  const [filterAt, setFilter] = useState(0);
  const [memberAt, setMember] = useState(0);
  const place = Math.min(chosen, layers.length - 1);
  const layer = layers[place];
  const own = now[place];
  if (!layer || !own) return <NoWeights />;
  const { conv, members, step, weights } = layer;
  const filter = Math.min(filterAt, conv.outChannels - 1);
  const member = Math.min(memberAt, members - 1);
  const some = Math.max(1, Math.round(weights / 100));
  const draw = () =>
    onFlip(drawnWeights(layer, some, fold(fold(randomKey(0), "flips"), `${step} ${history.length}`)));
  return (
    <section class="card" aria-label="flip weights">
      <h2>Flip weights</h2>
      <p class="soft">
        Every weight is one bit. Change some, and see what becomes of the answer and of the maps.
      </p>
      <div class="fields">
        <label class="wide-field">
          layer
          <select value={place} onChange={({ currentTarget }) => choose(Number(currentTarget.value))}>
            {layers.map(({ conv: { name, kernel }, weights: count }, i) => (
              <option key={name} value={i}>
                {name}: {kernel}×{kernel}, {grouped(count)} weights
              </option>
            ))}
          </select>
        </label>
        <Counter label="filter" value={filter} count={conv.outChannels} onChange={setFilter} />
        <Counter label="input" value={member} count={members} onChange={setMember} />
      </div>
      <Kernel layer={layer} own={own} filter={filter} member={member} onFlip={onFlip} />
      <div class="row">
        <button type="button" onClick={() => onFlip(filterWeights(layer, filter))}>
          flip filter {filter + 1}
        </button>
        <button type="button" onClick={draw}>
          flip {counted(some, "weight")} at random
        </button>
        <button type="button" disabled={history.length === 0} onClick={onUndo}>
          undo
        </button>
        <button type="button" disabled={others === 0} onClick={onReset}>
          all as trained
        </button>
      </div>
    </section>
  );
}

function NoWeights() {
  return (
    <section class="card" aria-label="flip weights">
      <h2>Flip weights</h2>
      <p>This network has no binary convolutions.</p>
    </section>
  );
}

function Counter({
  label,
  value,
  count,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly count: number;
  readonly onChange: (value: number) => void;
}) {
  const read = (text: string) => {
    const wanted = Math.round(Number(text)) - 1;
    if (wanted >= 0 && wanted < count) onChange(wanted);
  };
  return (
    <label>
      {label} <span class="soft">of {count}</span>
      <input
        type="number"
        min="1"
        max={count}
        value={value + 1}
        onInput={({ currentTarget }) => read(currentTarget.value)}
      />
    </label>
  );
}

/** The taps of one filter on one input channel, each a switch. */
function Kernel({
  layer,
  own,
  filter,
  member,
  onFlip,
}: {
  readonly layer: BinaryLayer;
  readonly own: BinaryLayer;
  readonly filter: number;
  readonly member: number;
  readonly onFlip: (weights: readonly Weight[]) => void;
}) {
  const { kernel } = layer.conv;
  const rows = Array.from({ length: kernel }, (_, row) =>
    Array.from({ length: kernel }, (__, column) => ({ step: layer.step, filter, row, column, member })),
  );
  return (
    <fieldset class="kernel">
      <legend>
        filter {filter + 1} on channel {channelOf(layer, filter, member) + 1} of its input
      </legend>
      {rows.map((row, i) => (
        <div key={i} class="taps">
          {row.map((weight) => {
            const sign = signOf(own, weight);
            const other = sign !== signOf(layer, weight);
            const text = sign > 0 ? "+1" : "−1";
            return (
              <button
                key={weight.column}
                type="button"
                class={`tap ${sign > 0 ? "plus" : "minus"} ${other ? "other" : ""}`}
                aria-pressed={other}
                aria-label={`row ${weight.row + 1}, column ${weight.column + 1}: ${text}${other ? ", flipped" : ""}`}
                onClick={() => onFlip([weight])}
              >
                {text}
              </button>
            );
          })}
        </div>
      ))}
    </fieldset>
  );
}
