// Text that stands in a cell of a markdown table and means nothing to the site's template language.

/** @param {unknown} text */
export function cell(text) {
  return String(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("{", "&#123;")
    .replaceAll("|", "\\|")
    .replaceAll(/\s*\n\s*/g, " ")
    .trim();
}

/** A text as code in a cell; empty stays empty. */
export function code(text) {
  return String(text) === "" ? "" : `<code v-pre>${cell(text)}</code>`;
}

/**
 * @param {readonly string[]} heads
 * @param {readonly (readonly string[])[]} rows cells that are markdown already
 */
export function table(heads, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}
