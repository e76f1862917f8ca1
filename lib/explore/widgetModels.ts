import { type Comms, commsOf } from "./bridge";

/** What a control of the page is. */
export type ControlState = { readonly description: string } & (
  | {
      readonly kind: "slider";
      readonly min: number;
      readonly max: number;
      readonly step: number;
      readonly value: number;
    }
  | { readonly kind: "select"; readonly names: readonly string[]; readonly index: number }
  | { readonly kind: "button" }
);

type Changed = (state: Readonly<Record<string, unknown>>, event: unknown) => void;

const controls = "@jupyter-widgets/controls";
const base = "@jupyter-widgets/base";
const version = "2.0.0";

/** Models that are open live as long as the kernel: the front end may show their views again. */
const open = new Map<string, unknown>();

/**
 * Opens the models of a control of ipywidgets 8 in the front end.
 * @returns the id of its model; null where no kernel with comms runs this.
 */
export function openControl(state: ControlState, changed: Changed): string | null {
  const comms = commsOf();
  if (!comms) return null;
  const layout = openModel(comms, base, "LayoutModel", "LayoutView", {}, () => {});
  const style = openModel(comms, controls, ...styleOf(state), {}, () => {});
  if (layout === null || style === null) return null;
  const common = {
    layout: `IPY_MODEL_${layout}`,
    style: `IPY_MODEL_${style}`,
    description: state.description,
  };
  return openModel(comms, controls, ...modelOf(state), { ...common, ...valuesOf(state) }, changed);
}

function styleOf({ kind }: ControlState): [string, string] {
  const names = { slider: "SliderStyleModel", select: "DescriptionStyleModel", button: "ButtonStyleModel" };
  return [names[kind], "StyleView"];
}

function modelOf({ kind }: ControlState): [string, string] {
  const names = { slider: "FloatSlider", select: "Dropdown", button: "Button" };
  return [`${names[kind]}Model`, `${names[kind]}View`];
}

function valuesOf(state: ControlState): Readonly<Record<string, unknown>> {
  if (state.kind === "slider") {
    const { min, max, step, value } = state;
    const digits = Math.max(0, ...[min, step].map((one) => (String(one).split(".")[1] ?? "").length));
    return { min, max, step, value, readout: true, readout_format: `.${digits}f`, continuous_update: true };
  }
  return state.kind === "select" ? { _options_labels: state.names, index: state.index } : {};
}

function openModel(
  comms: Comms,
  module: string,
  model: string,
  view: string,
  values: Readonly<Record<string, unknown>>,
  changed: Changed,
): string | null {
  const isBase = module === base;
  const state = {
    _model_module: module,
    _model_module_version: version,
    _model_name: model,
    _view_module: model.includes("Style") ? base : module,
    _view_module_version: version,
    _view_name: view,
    ...(isBase ? {} : { _view_count: null }),
    ...values,
  };
  const comm = comms.open(
    "jupyter.widget",
    { state, buffer_paths: [] },
    { version: "2.1.0" },
    {
      message(data) {
        const {
          method,
          state: update,
          content,
        } = (data ?? {}) as Readonly<Record<string, Record<string, unknown>>> & {
          method?: unknown;
        };
        if (method === "request_state") comm?.send({ method: "update", state, buffer_paths: [] });
        if (method === "update" && update) {
          Object.assign(state, update);
          changed(update, null);
          // ipywidgets 8 waits for an echo before it sends the next change.
          comm?.send({ method: "echo_update", state: update, buffer_paths: [] });
        }
        if (method === "custom") changed({}, content?.["event"]);
      },
      closed() {
        if (comm) open.delete(comm.id);
      },
    },
  );
  if (comm) open.set(comm.id, comm);
  return comm?.id ?? null;
}
