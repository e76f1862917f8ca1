import { notebookKernel } from "../../util/notebookKernel";

/**
 * Shows Markdown, with formulas between `$`, in the running cell, as prose that was made from a record. Outside a
 * notebook it prints the text.
 *
 * @example
 * ```ts
 * const config = bars.presetConfig("smoke");
 * bars.showMarkdown(bars.readings.alphaObjectiveText(config));
 * ```
 */
export function showMarkdown(text: string): void {
  const kernel = notebookKernel();
  if (kernel) kernel.write({ "text/markdown": text, "text/plain": text });
  else console.log(text);
}
