import type { CostMeasure } from "../../cost/cost";
import { deriveRules } from "../../derive/derive";
import { optionFields } from "../../derive/optionFields";
import { BudgetControl } from "./BudgetControl";
import type { Derived } from "./derived";
import { firstPlace, inputOf } from "./derived";
import { EpochControl } from "./EpochControl";
import type { ExploreData } from "./exploreData";
import { Field } from "./Field";
import { libraryRule, optionOf, type Settings, withOption } from "./settings";
import { useBudgetBreaks } from "./useBudgetBreaks";

interface ControlsProps {
  readonly id: string;
  readonly data: ExploreData;
  readonly settings: Settings;
  readonly derived: Derived | string;
  readonly onChange: (settings: Settings) => void;
}

/** All controls, made from the searches and from what the rules say of their options. */
export function Controls({ id, data, settings, derived, onChange }: ControlsProps) {
  const search = data.searches[settings.search] as ExploreData["searches"][number];
  const set = (part: Partial<Settings>) => onChange({ ...settings, ...part });
  const rule = libraryRule(settings.rule);
  const { record } = search;
  const goTo = (index: number) => {
    const place = data.searches[index]?.record;
    set({ search: index, place: place ? firstPlace(place) : "start" });
  };
  return (
    <form
      class="card controls"
      aria-label="settings of the derivation"
      onSubmit={(event) => event.preventDefault()}
    >
      {data.searches.length < 2 ? null : (
        <div class="field">
          <label for={`${id}-search`}>search</label>
          <select
            id={`${id}-search`}
            value={settings.search}
            onChange={({ currentTarget }) => goTo(Number(currentTarget.value))}
          >
            {data.searches.map(({ label, expression }, i) => (
              <option key={expression} value={i}>
                {label}
              </option>
            ))}
          </select>
        </div>
      )}
      {record === null ? null : (
        <EpochControl
          id={`${id}-epoch`}
          {...{ search }}
          place={settings.place}
          onChange={(place) => set({ place })}
        />
      )}
      <div class="field">
        <label for={`${id}-rule`}>rule</label>
        <select
          id={`${id}-rule`}
          value={settings.rule}
          onChange={({ currentTarget }) => set({ rule: currentTarget.value })}
        >
          {Object.keys(deriveRules).map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
          {search.ownRules.map(({ name }) => (
            <option key={name} value={name}>
              {`${name} (own)`}
            </option>
          ))}
        </select>
        <p class="soft">
          {rule === null ? "A function of your own, applied where the notebook ran." : rule.formula}
        </p>
        {rule === null ? null : <p class="soft">Source: {rule.source}</p>}
      </div>
      {rule === null || record === null ? null : <Options {...{ id, data, settings, derived, onChange }} />}
    </form>
  );
}

function Options({ id, data, settings, derived, onChange }: ControlsProps) {
  const search = data.searches[settings.search] as ExploreData["searches"][number];
  const rule = libraryRule(settings.rule);
  const record = search.record;
  const isBudget = settings.rule === "budget";
  const held = record?.config.cost;
  const usualMeasure = held?.measure ?? "ops";
  const measure = (optionOf(settings, "measure") ?? usualMeasure) as CostMeasure;
  const usualBudget = held && held.method !== "none" && measure === held.measure ? held.budget : null;
  const options = Object.fromEntries(
    ["method", "temperature", "prune", "initChannels"].flatMap((name) => {
      const value = optionOf(settings, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const found = useBudgetBreaks(
    isBudget && record ? JSON.stringify([search.expression, settings.place, measure, options]) : null,
    () => inputOf(record as NonNullable<typeof record>, settings),
    { measure, ...options },
  );
  if (rule === null || record === null) return null;
  const defaults: Readonly<Record<string, unknown>> = {
    layout: "argmax",
    prune: false,
    initChannels: record.config.space.initChannels,
    ...(rule.defaults as unknown as Record<string, unknown>),
    ...(isBudget ? { measure: usualMeasure, budget: usualBudget } : {}),
  };
  const own = data.primitives.length > 0;
  const setOption = (name: string, value: unknown) => {
    const changed = withOption(settings, name, value);
    // A budget counts one measure.
    onChange(
      name === "measure" ? withOption(changed, "budget", value === usualMeasure ? undefined : null) : changed,
    );
  };
  const given = optionOf(settings, "budget") as number | null | undefined;
  return (
    <fieldset>
      <legend>options</legend>
      {Object.entries(optionFields(rule)).map(([name, option]) => {
        const fieldId = `${id}-${name}`;
        if (name === "initChannels" && own) return null;
        if (name === "budget") {
          const budget = given === undefined ? usualBudget : given;
          return (
            <BudgetControl
              key={name}
              id={fieldId}
              {...{ measure, budget, found }}
              onChange={(value) => setOption("budget", value)}
            />
          );
        }
        return (
          <Field
            key={name}
            id={fieldId}
            {...{ name, option }}
            value={optionOf(settings, name)}
            usual={defaults[name]}
            onChange={(value) => setOption(name, value)}
          />
        );
      })}
      {rule.needsKey ? (
        <Field
          id={`${id}-seed`}
          name="seed"
          option={{
            kind: "integer",
            least: 0,
            step: 1,
            unit: "of the draws",
            label: "seed",
            about: "which draw",
          }}
          value={settings.seed}
          usual={0}
          onChange={(value) =>
            Number.isSafeInteger(value) && onChange({ ...settings, seed: value as number })
          }
        />
      ) : null}
      {typeof derived === "string" ? null : (
        <p class="soft">
          <button type="button" onClick={() => onChange({ ...settings, shared: {}, own: {}, seed: 0 })}>
            options as by default
          </button>
        </p>
      )}
    </fieldset>
  );
}
