import { useState } from "preact/hooks";
import { rowColumns, settingKeys, usualColumns } from "./columns";
import type { MoreOfRun } from "./moreOfRuns";
import { store } from "./store";

interface ColumnChoiceProps {
  readonly asked: readonly string[];
  readonly more: ReadonlyMap<string, MoreOfRun> | null;
  readonly onChange: (keys: readonly string[]) => void;
}

/** Which columns the table has: fields of a run, and settings that are not the same in all. */
export function ColumnChoice({ asked, more, onChange }: ColumnChoiceProps) {
  const [open, setOpen] = useState(false);
  const fields = rowColumns.map(({ key, label }) => ({ key, label }));
  const settings = settingKeys(more).map((key) => ({ key, label: key }));
  const set = (key: string, on: boolean) => {
    const order = [...fields, ...settings].map((one) => one.key);
    const next = new Set(asked);
    if (on) next.add(key);
    else next.delete(key);
    onChange([...next].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
  };
  return (
    <details
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open);
        if (currentTarget.open && more === null) void store.loadMore();
      }}
    >
      <summary>columns</summary>
      {open ? (
        <fieldset class="card">
          <legend class="visually-hidden">columns</legend>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <div class="columns-choice" tabIndex={0}>
            {[...fields, ...settings].map(({ key, label }) => (
              <label key={key}>
                <input
                  type="checkbox"
                  checked={asked.includes(key)}
                  onChange={({ currentTarget }) => set(key, currentTarget.checked)}
                />{" "}
                {label}
              </label>
            ))}
          </div>
          <button type="button" onClick={() => onChange(usualColumns)}>
            the usual ones
          </button>
        </fieldset>
      ) : null}
    </details>
  );
}
