// An executed notebook as one HTML page that needs nothing else: prose, highlighted code, outputs, live figures.
import { createRequire } from "node:module";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { root } from "./ensure-installed.mjs";
import { mathPlugin } from "./notebook-math.mjs";

const require = createRequire(join(root, "lib/package.json"));

const style = `
:root { color-scheme: light; }
body { font: 16px/1.55 "DejaVu Sans", Verdana, Arial, sans-serif; color: #222; background: white; max-width: 1080px; margin: 2rem auto; padding: 0 1.2rem; }
h1, h2, h3 { line-height: 1.25; } a { color: #0072B2; }
pre, code { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 0.82rem; }
.cell { margin: 1rem 0; } .code { background: #f7f7f7; border-left: 3px solid #0072B2; padding: 0.6rem 0.9rem; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.count { color: #666; font: 0.7rem monospace; } .output { margin: 0.5rem 0; overflow-x: auto; } .output pre { margin: 0; white-space: pre-wrap; }
.stderr pre { background: #fdf3e7; padding: 0.4rem 0.8rem; } .error pre { background: #fdeaea; border-left: 3px solid #D55E00; padding: 0.6rem 0.9rem; }
img { max-width: 100%; height: auto; } table { border-collapse: collapse; font-size: 0.85rem; margin: 0.5rem 0; }
th, td { padding: 0.25rem 0.7rem; border-bottom: 1px solid #ddd; } thead th { border-bottom: 2px solid #888; }
blockquote { border-left: 3px solid #ccc; margin-left: 0; padding-left: 1rem; color: #555; }
.hljs-keyword, .hljs-built_in { color: #8a2c82; } .hljs-string { color: #00664b; } .hljs-number, .hljs-literal { color: #a34700; }
.hljs-comment { color: #767676; } .hljs-title, .hljs-attr, .hljs-property { color: #005a8c; }
@media print { body { max-width: none; margin: 0; } .cell { break-inside: avoid; } }
`;

/**
 * @param {object} notebook an executed notebook of format 4
 * @param {string} title of the page, where the notebook has no heading
 * @returns {string}
 */
export function notebookHtml(notebook, title) {
  const hljs = require("highlight.js/lib/common");
  const markdown = require("markdown-it")({
    html: true,
    linkify: true,
    highlight: (code, language) =>
      hljs.getLanguage(language) ? hljs.highlight(code, { language }).value : "",
  });
  markdown.use(mathPlugin);
  const text = (value) => (Array.isArray(value) ? value.join("") : String(value ?? ""));
  const heading = /^#\s+(.+)$/m.exec(
    notebook.cells
      .filter((cell) => cell.cell_type === "markdown")
      .map((cell) => text(cell.source))
      .join("\n"),
  );
  const cells = notebook.cells.map((cell) => {
    if (cell.cell_type === "markdown")
      return `<section class="cell prose">${markdown.render(text(cell.source))}</section>`;
    if (cell.cell_type !== "code")
      return `<section class="cell"><pre>${escaped(text(cell.source))}</pre></section>`;
    const code = hljs.highlight(text(cell.source), { language: "typescript" }).value;
    const count = cell.execution_count === null ? "" : `<div class="count">[${cell.execution_count}]</div>`;
    const outputs = cell.outputs.map((output) => outputHtml(output, text, markdown)).join("\n");
    return `<section class="cell">${count}<pre class="code"><code>${code}</code></pre>\n${outputs}</section>`;
  });
  const name = escaped(heading?.[1] ?? title);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}</title><style>${style}</style></head>
<body>
${cells.join("\n")}
</body></html>
`;
}

const imageTypes = ["image/png", "image/jpeg", "image/gif"];

function outputHtml(output, text, markdown) {
  if (output.output_type === "stream") {
    return `<div class="output ${output.name === "stderr" ? "stderr" : "stdout"}"><pre>${plain(text(output.text))}</pre></div>`;
  }
  if (output.output_type === "error") {
    return `<div class="output error"><pre>${plain(output.traceback.map(text).join("\n"))}</pre></div>`;
  }
  const data = output.data ?? {};
  if (data["text/html"] !== undefined) return `<div class="output">${text(data["text/html"])}</div>`;
  const image = imageTypes.find((type) => data[type] !== undefined);
  if (image) {
    const { width, height } = output.metadata?.[image] ?? {};
    const size = width && height ? ` width="${Number(width)}" height="${Number(height)}"` : "";
    const alt = escaped(text(output.metadata?.[image]?.alt ?? data["text/plain"] ?? "figure"));
    return `<div class="output"><img alt="${alt}"${size} src="data:${image};base64,${text(data[image]).replaceAll("\n", "")}"></div>`;
  }
  if (data["image/svg+xml"] !== undefined) return `<div class="output">${text(data["image/svg+xml"])}</div>`;
  if (data["text/markdown"] !== undefined)
    return `<div class="output prose">${markdown.render(text(data["text/markdown"]))}</div>`;
  return `<div class="output"><pre>${plain(text(data["text/plain"]))}</pre></div>`;
}

function plain(value) {
  return escaped(stripVTControlCharacters(value));
}

function escaped(value) {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
