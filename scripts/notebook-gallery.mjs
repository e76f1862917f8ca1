// A page of all executed notebooks: title, first words, a picture, how the run went.
import { basename, join, relative, sep } from "node:path";
import { sourceOf, writeWhole } from "./notebook-execution.mjs";

const style = `
:root { color-scheme: light; }
body { font: 16px/1.5 "DejaVu Sans", Verdana, Arial, sans-serif; color: #222; background: white; max-width: 1100px; margin: 2rem auto; padding: 0 1.2rem; }
h1 { line-height: 1.25; } a { color: #0072B2; text-decoration: none; } a:hover, a:focus { text-decoration: underline; }
ul { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(310px, 1fr)); gap: 1.2rem; }
li { border: 1px solid #ddd; border-radius: 6px; padding: 0.9rem; } h2 { font-size: 1.05rem; margin: 0.7rem 0 0.3rem; }
.picture { height: 190px; display: flex; align-items: center; justify-content: center; background: #f7f7f7; overflow: hidden; }
.picture img { max-width: 100%; max-height: 100%; } p { margin: 0.3rem 0; font-size: 0.9rem; } .state { color: #666; } .failed { color: #a33b00; font-weight: bold; }
`;

/**
 * Writes `<folder>/index.html`.
 *
 * @param {{ name: string, ok: boolean, reason: string | null, seconds: number, notebook: object, paths: { html: string, ipynb: string } }[]} results
 * @param {string} about one line: preset and seed
 * @returns {string} its path
 */
export function writeGallery(results, folder, about) {
  const file = join(folder, "index.html");
  writeWhole(file, galleryHtml(results, folder, about));
  return file;
}

export function galleryHtml(results, folder, about) {
  const link = (path) => relative(folder, path).split(sep).map(encodeURIComponent).join("/");
  const items = results.map(({ name, ok, reason, seconds, notebook, paths }) => {
    const { title, words } = headOf(notebook, name);
    const image = thumbnailOf(notebook);
    const picture = image
      ? `<img alt="${escaped(image.alt)}" src="data:image/png;base64,${image.data}">`
      : '<span class="state">no picture</span>';
    const state = ok
      ? `<p class="state">ran through in ${seconds.toFixed(0)} s</p>`
      : `<p class="failed">failed after ${seconds.toFixed(0)} s: ${escaped((reason ?? "").split("\n")[0].slice(0, 200))}</p>`;
    return `<li><a href="${link(paths.html)}"><div class="picture">${picture}</div><h2>${escaped(title)}</h2></a>
<p>${escaped(words)}</p>${state}
<p><a href="${link(paths.html)}">page</a> · <a href="${link(paths.ipynb)}" download>${escaped(basename(paths.ipynb))}</a></p></li>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>bars: notebooks</title><style>${style}</style></head>
<body><h1>Notebooks</h1><p>${escaped(about)}</p>
<ul>
${items.join("\n")}
</ul></body></html>
`;
}

/** The heading of a notebook and the first sentences below it, without markup. */
function headOf(notebook, name) {
  const prose = notebook.cells
    .filter((cell) => cell.cell_type === "markdown")
    .map(sourceOf)
    .join("\n\n");
  const title = /^#\s+(.+)$/m.exec(prose)?.[1] ?? name;
  const paragraph =
    prose
      .split(/\n\s*\n/)
      .map((text) => text.trim())
      .find((text) => text && !/^[#|>$`-]/.test(text)) ?? "";
  const plain = paragraph
    .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replaceAll(/[*_`$]/g, "")
    .replaceAll(/\s+/g, " ");
  return {
    title: title.replaceAll(/[*`]/g, ""),
    words: plain.length > 220 ? `${plain.slice(0, 217).trimEnd()}…` : plain,
  };
}

/** The smallest picture of a figure that is still one: pages with many notebooks stay light. */
function thumbnailOf(notebook) {
  const images = notebook.cells
    .flatMap((cell) => cell.outputs ?? [])
    .filter((output) => output.data?.["image/png"] !== undefined)
    .map(({ data, metadata }) => ({
      data: [data["image/png"]].flat().join("").replaceAll("\n", ""),
      alt: metadata?.["image/png"]?.alt ?? [data["text/plain"] ?? "figure"].flat().join(""),
    }));
  const usual = images.filter(({ data }) => data.length > 15_000);
  return (usual.length > 0 ? usual : images).toSorted((a, b) => a.data.length - b.data.length)[0];
}

function escaped(text) {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
