import type { RuleOption } from "../../derive/ruleOption";

interface FieldProps {
  readonly id: string;
  readonly name: string;
  readonly option: RuleOption;
  /** Undefined: the default. */
  readonly value: unknown;
  readonly usual: unknown;
  readonly onChange: (value: unknown) => void;
}

/** The field of one option of a rule, made from what the rule says of it. */
export function Field({ id, name, option, value, usual, onChange }: FieldProps) {
  const shown = value === undefined ? usual : value;
  const about = `${name}: ${option.about}`;
  if (option.kind === "truth") {
    return (
      <div class="field">
        <label title={about}>
          <input
            type="checkbox"
            checked={shown === true}
            onChange={({ currentTarget }) => onChange(currentTarget.checked)}
          />{" "}
          {option.label}
        </label>
        <span class="soft"> {option.about}</span>
      </div>
    );
  }
  if (option.kind === "choice") {
    return (
      <div class="field">
        <label for={id} title={about}>
          {option.label}
        </label>
        <select id={id} value={String(shown)} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
          {option.choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      </div>
    );
  }
  return <NumberField {...{ id, name, option, value, usual, onChange }} />;
}

function NumberField({ id, option, value, usual, onChange }: FieldProps) {
  if (option.kind !== "number" && option.kind !== "integer") return null;
  const shown = value === undefined ? usual : value;
  const isNone = option.none !== undefined && shown === null;
  const slider = option.usual ?? (option.most === undefined ? null : [option.least, option.most]);
  const number = typeof shown === "number" && Number.isFinite(shown) ? shown : null;
  const read = (text: string) => onChange(text.trim() === "" ? undefined : Number(text));
  return (
    <div class="field">
      <label for={id} title={option.about}>
        {option.label} <span class="soft">{option.unit}</span>
      </label>
      <div class="row">
        {slider && !isNone && number !== null ? (
          <input
            type="range"
            class="grow"
            aria-label={`${option.label}, slider`}
            min={slider[0]}
            max={slider[1]}
            step={option.step}
            value={number}
            onInput={({ currentTarget }) => onChange(Number(currentTarget.value))}
          />
        ) : null}
        <input
          id={id}
          type="number"
          min={option.least}
          max={option.most}
          step={option.kind === "integer" ? 1 : "any"}
          disabled={isNone}
          value={number === null ? "" : String(number)}
          onInput={({ currentTarget }) => read(currentTarget.value)}
        />
        {option.none === undefined ? null : (
          <label>
            <input
              type="checkbox"
              checked={isNone}
              onChange={({ currentTarget }) =>
                onChange(currentTarget.checked ? null : firstValue(option, usual))
              }
            />{" "}
            {option.none}
          </label>
        )}
      </div>
    </div>
  );
}

function firstValue(option: RuleOption, usual: unknown): number {
  if (typeof usual === "number") return usual;
  return option.kind === "number" || option.kind === "integer" ? option.least : 1;
}
