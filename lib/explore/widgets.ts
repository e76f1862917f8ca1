import { escapeXml } from "../text/svg";
import { ConfigError } from "../util/errors";
import { notebookKernel } from "../util/notebookKernel";
import { type ControlState, openControl } from "./widgetModels";

/** A control in a cell's output. Its value changes as the reader moves it, also while other cells run. */
export interface Control<T> {
  readonly value: T;
  /** Calls `listener` with every new value. Gives a function that ends that. */
  onChange(listener: (value: T) => void): () => void;
}

class LiveControl<T> implements Control<T> {
  #listeners = new Set<(value: T) => void>();

  constructor(public value: T) {}

  onChange(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  set(value: T): void {
    this.value = value;
    for (const listener of this.#listeners) listener(value);
  }
}

export interface SliderOptions {
  readonly min?: number;
  readonly max: number;
  readonly step?: number;
  readonly value?: number;
}

/**
 * A slider in the running cell's output, for a question of your own. Live where the front end has `ipywidgets`; elsewhere a
 * plain HTML picture of it stands there, and the value stays as it is.
 *
 * @throws ConfigError for a range that is none, or a value outside it.
 *
 * @example
 * ```ts
 * const budget = bars.slider("budget, M BOPs", { min: 1, max: 12, value: 3 });
 * budget.onChange((value) => console.log(value));
 * console.log(budget.value); // 3
 * ```
 */
export function slider(
  label: string,
  { min = 0, max, step = 1, value = min }: SliderOptions,
): Control<number> {
  if (!(Number.isFinite(min) && Number.isFinite(max) && min < max && step > 0))
    throw new ConfigError(
      `slider: expected min below max and a step above 0, got ${min}, ${max} and ${step}.`,
    );
  if (!(value >= min && value <= max))
    throw new ConfigError(`slider: value must be from ${min} to ${max}, got ${value}.`);
  const control = new LiveControl(value);
  const html = `<input type="range" min="${min}" max="${max}" step="${step}" value="${value}" disabled> ${value}`;
  show(label, html, { kind: "slider", description: label, min, max, step, value }, (state) => {
    if (typeof state["value"] === "number") control.set(state["value"]);
  });
  return control;
}

/**
 * A choice of one name out of several, as {@link slider}.
 *
 * @throws ConfigError without names, and for a value that is none of them.
 *
 * @example
 * ```ts
 * const rule = bars.select("rule", ["argmax", "top_k"]);
 * console.log(rule.value); // argmax
 * ```
 */
export function select<T extends string>(label: string, names: readonly T[], value?: T): Control<T> {
  const [first] = names;
  if (first === undefined) throw new ConfigError("select: expected at least one name, got none.");
  const chosen = value ?? first;
  if (!names.includes(chosen))
    throw new ConfigError(`select: value must be one of ${names.join(", ")}, got ${JSON.stringify(chosen)}.`);
  const control = new LiveControl<T>(chosen);
  const options = names.map(
    (name) => `<option${name === chosen ? " selected" : ""}>${escapeXml(name)}</option>`,
  );
  const html = `<select disabled>${options.join("")}</select>`;
  show(label, html, { kind: "select", description: label, names, index: names.indexOf(chosen) }, (state) => {
    const name = typeof state["index"] === "number" ? names[state["index"]] : undefined;
    if (name !== undefined) control.set(name);
  });
  return control;
}

/**
 * A button, as {@link slider}: its value counts how often it was pressed.
 *
 * @example
 * ```ts
 * const again = bars.button("draw again");
 * again.onChange((times) => console.log(times));
 * console.log(again.value); // 0
 * ```
 */
export function button(label: string): Control<number> {
  const control = new LiveControl(0);
  const html = `<button disabled>${escapeXml(label)}</button>`;
  show("", html, { kind: "button", description: label }, (_, event) => {
    if (event === "click") control.set(control.value + 1);
  });
  return control;
}

function show(
  label: string,
  html: string,
  state: ControlState,
  changed: (state: Readonly<Record<string, unknown>>, event: unknown) => void,
): void {
  const kernel = notebookKernel();
  if (!kernel) return;
  const model = openControl(state, changed);
  const words = "No widgets here: the value stays as it is (ipywidgets brings them).";
  kernel.write({
    ...(model === null
      ? {}
      : {
          "application/vnd.jupyter.widget-view+json": { version_major: 2, version_minor: 0, model_id: model },
        }),
    "text/html": `<label>${escapeXml(label)} ${html}</label> <small>${words}</small>`,
    "text/plain": `[${state.kind} "${state.description}"]`,
  });
}
