import { useEffect, useState } from "preact/hooks";

/**
 * Whether the page around an element is dark: by the first background behind it that is not see-through, whatever front
 * end painted it, else by the reader's preference. Follows changes of either.
 */
export function useDark(host: HTMLElement): boolean {
  const [dark, setDark] = useState(() => isDark(host));
  useEffect(() => {
    const look = () => setDark(isDark(host));
    const media = matchMedia("(prefers-color-scheme: dark)");
    media.addEventListener("change", look);
    // Themes of JupyterLab, VS Code and exported pages change attributes of the body or of the root element.
    const watch = new MutationObserver(look);
    for (const element of [document.documentElement, document.body])
      watch.observe(element, { attributes: true });
    // The output may not have stood on the page at the first look.
    const soon = setTimeout(look, 60);
    return () => {
      media.removeEventListener("change", look);
      watch.disconnect();
      clearTimeout(soon);
    };
  }, [host]);
  return dark;
}

function isDark(host: HTMLElement): boolean {
  for (let element: HTMLElement | null = host; element; element = element.parentElement) {
    const parts =
      getComputedStyle(element)
        .backgroundColor.match(/[\d.]+/g)
        ?.map(Number) ?? [];
    const [r = 0, g = 0, b = 0, alpha = 1] = parts;
    if (parts.length >= 3 && alpha > 0.5) return 0.299 * r + 0.587 * g + 0.114 * b < 128;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches;
}
