/** One entry of a cell's output. Written again, it changes in place if `newDisplay` made it. */
export interface NotebookDisplay {
  raw(mimeType: string, content: string | Uint8Array): void;
}

/** What the running notebook kernel offers. */
export interface NotebookKernel {
  /** An entry of its own in the output of the running cell, which later writes replace. */
  newDisplay(): NotebookDisplay;
  /**
   * Adds one entry to the output of the running cell.
   *
   * @param data the same thing in one or more MIME types, the richest first; a viewer takes the richest it knows.
   * Text, or bytes for image types.
   * @param image how an image in the entry is shown.
   */
  write(data: EntryData, image?: ImageLook): void;
  /**
   * Adds an entry that later calls of the result replace, as `write` would write it. The result does nothing when
   * no cell has run yet.
   */
  newEntry(): (data: EntryData, image?: ImageLook) => void;
}

/** The same thing in one or more MIME types: text, bytes, or plain JSON for types that are. */
export type EntryData = Readonly<Record<string, string | Uint8Array | object>>;

/** Size in pixels of the page, and what the picture shows in words. */
export interface ImageLook {
  readonly width: number;
  readonly height: number;
  readonly alt?: string;
}

/** What tslab leaves on the global object for the code of cells. */
interface CellGlobals {
  readonly require?: (name: string) => unknown;
}
interface Tslab {
  newDisplay(): NotebookDisplay;
  readonly display: NotebookDisplay;
}
type WriteDisplayData = (
  message: { data: unknown; metadata: unknown; transient: unknown },
  update: boolean,
) => void;

/**
 * The notebook kernel this process runs in; undefined in a plain program.
 *
 * The kernel's own copy of tslab is asked for, through the `require` it gives to cells: a second copy, loaded from
 * another folder, would have no connection to the front end.
 */
export function notebookKernel(): NotebookKernel | undefined {
  const cells = (globalThis as { __tslab__?: CellGlobals }).__tslab__;
  const tslab = loaded<Tslab>(cells, "tslab");
  if (typeof tslab?.newDisplay !== "function" || typeof tslab.display?.raw !== "function") return undefined;
  return {
    newDisplay: () => tslab.newDisplay(),
    write(data, image) {
      const send = sender(cells);
      if (send) return send(message(data, image), false);
      const [richest] = Object.entries(data);
      if (richest && (typeof richest[1] === "string" || richest[1] instanceof Uint8Array))
        tslab.display.raw(richest[0], richest[1]);
    },
    newEntry() {
      const id = `bars-${++entries}-${process.pid}-${Date.now().toString(36)}`;
      let shown = false;
      return (data, image) => {
        const send = sender(cells);
        if (!send) return;
        send(message(data, image, id), shown);
        shown = true;
      };
    },
  };
}

let entries = 0;

/** What the kernel writes displays with. Read anew for each entry: the kernel changes it with every cell. */
function sender(cells: CellGlobals | undefined): WriteDisplayData | null | undefined {
  return loaded<{ lastWriteDisplayData?: WriteDisplayData | null }>(cells, "tslab/dist/jupyter.js")
    ?.lastWriteDisplayData;
}

function message(data: EntryData, image?: ImageLook, id?: string): Parameters<WriteDisplayData>[0] {
  const images = Object.keys(data).filter((type) => image && type.startsWith("image/"));
  const texts = Object.entries(data).map(([type, content]) => [type, base64(content)]);
  return {
    data: Object.fromEntries(texts),
    metadata: Object.fromEntries(images.map((type) => [type, image])),
    transient: id === undefined ? {} : { display_id: id },
  };
}

/** A module as the code of cells would load it; undefined where another program uses the same global name. */
function loaded<T>(cells: CellGlobals | undefined, name: string): T | undefined {
  try {
    return cells?.require?.(name) as T | undefined;
  } catch {
    return undefined;
  }
}

function base64(content: string | Uint8Array | object): string | object {
  return content instanceof Uint8Array ? Buffer.from(content).toString("base64") : content;
}
