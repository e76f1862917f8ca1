import { randomBytes } from "node:crypto";

/** A message channel of the front end, as the kernel's launcher offers it (`scripts/kernel/comms.mjs`). */
interface Comm {
  readonly id: string;
  send(data: unknown): boolean;
  close(): void;
}
interface Handlers {
  message(data: unknown): void;
  closed(): void;
}
export interface Comms {
  open(target: string, data: unknown, metadata: object, handlers: Handlers): Comm | null;
}

/**
 * The way from pages to this kernel. One invisible widget of the anywidget protocol per kernel: where the front end has
 * `ipywidgets` and `anywidget`, it runs the module below as soon as the model is there (no view is displayed, so nothing
 * is left in the notebook), and the module puts a way to send on the page. Elsewhere the front end closes the comm, and
 * pages work without.
 */
const esm = `export default {
  initialize({ model }) {
    const channel = model.get("channel");
    const bridges = (window.barsBridges ??= {});
    bridges[channel] = (content) => model.send(content);
    window.dispatchEvent(new Event("bars-bridge"));
    return () => {
      delete bridges[channel];
      window.dispatchEvent(new Event("bars-bridge"));
    };
  },
};
`;

type Listener = (content: Readonly<Record<string, unknown>>) => void;

let channel: string | null = null;
let alive = false;
const listeners = new Map<string, Listener>();

/** Name of this kernel for pages; null where no launcher offers comms, as outside a notebook. Opens the bridge if it is not. */
export function bridgeChannel(): string | null {
  const comms = commsOf();
  if (!comms) return null;
  channel ??= `bars-${randomBytes(8).toString("hex")}`;
  if (alive) return channel;
  const state = {
    _model_module: "anywidget",
    _model_module_version: "~0.9.*",
    _model_name: "AnyModel",
    _view_module: "anywidget",
    _view_module_version: "~0.9.*",
    _view_name: "AnyView",
    _view_count: null,
    _anywidget_id: "bars.Bridge",
    _esm: esm,
    channel,
  };
  const comm = comms.open(
    "jupyter.widget",
    { state, buffer_paths: [] },
    { version: "2.1.0" },
    {
      message: (data) => {
        const { method, content } = (data ?? {}) as { method?: unknown; content?: Record<string, unknown> };
        if (method === "custom" && typeof content?.["page"] === "string")
          listeners.get(content["page"])?.(content);
      },
      closed: () => {
        alive = false;
      },
    },
  );
  alive = comm !== null;
  return alive ? channel : null;
}

/** Comms of the kernel that runs this; undefined elsewhere. */
export function commsOf(): Comms | undefined {
  return (globalThis as { __barsComms__?: Comms }).__barsComms__;
}

/** Calls `listener` with every message of a page. */
export function onPage(page: string, listener: Listener): void {
  listeners.set(page, listener);
}
