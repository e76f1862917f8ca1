import { type ComponentType, render } from "preact";

/** What a page's root component gets. */
export interface RootProps<T> {
  readonly data: T;
  /** The element on the page; its shadow holds what is drawn. */
  readonly host: HTMLElement;
}

/**
 * Draws a component inside an element's shadow, where the styles of the front end do not reach, and hides the still image
 * that precedes it in the notebook.
 *
 * @param imageTail the last letters of the base64 text of that image; empty for none.
 */
export function mount<T>(
  Root: ComponentType<RootProps<T>>,
  style: string,
  id: string,
  data: T,
  imageTail = "",
): void {
  const draw = (): boolean => {
    const host = document.getElementById(id);
    if (!host) return false;
    if (host.shadowRoot) return true;
    const shadow = host.attachShadow({ mode: "open" });
    const sheet = document.createElement("style");
    sheet.textContent = style;
    const root = document.createElement("div");
    root.className = "root";
    shadow.append(sheet, root);
    render(<Root data={data} host={host} />, root);
    if (imageTail) hideStill(host, imageTail);
    return true;
  };
  // Some front ends run scripts before the output stands on the page.
  if (!draw()) requestAnimationFrame(draw);
}

function hideStill(host: HTMLElement, tail: string): void {
  const before = [...document.images].filter(
    (image) => image.compareDocumentPosition(host) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  const still =
    before.filter(({ src }) => src.endsWith(tail)).pop() ??
    before.filter(({ src }) => src.startsWith("blob:")).pop();
  if (still) still.style.display = "none";
}
