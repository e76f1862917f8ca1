import { basename } from "node:path";
import { engineNote, latexComment, latexText } from "../../records/tableLatex";
import { BarsError } from "../../util/errors";

/** What a LaTeX figure says. */
export interface GraphicsSnippet {
  readonly title: string;
  readonly alt: string;
  readonly measured: string;
  /** Its label is `fig:` and this. */
  readonly name: string;
  /** File name of the PDF, beside the snippet. */
  readonly pdf: string;
  /** Its width on paper. */
  readonly millimetres: number;
}

/**
 * A LaTeX `figure` environment that includes a PDF at its exact size, with caption and label; `figure*` where it is
 * wider than a column. The PDF is found beside the snippet, wherever the snippet is read from (LaTeX of 2020 or later;
 * before, `\graphicspath` says where). Needs `graphicx` 1.2 or later for `alt`.
 */
export function includeGraphics({ title, alt, measured, name, pdf, millimetres }: GraphicsSnippet): string {
  const environment = millimetres > 95 ? "figure*" : "figure";
  const caption = [`\\textbf{${latexText(title)}.}`, ...(measured ? [latexText(measured)] : [])].join(" ");
  const path = `\\ifx\\CurrentFilePath\\empty\\else\\CurrentFilePath/\\fi ${pdf}`;
  return [
    ...engineNote(`${caption}${latexText(alt)}`).map(latexComment),
    "% needs \\usepackage{graphicx}",
    "\\providecommand{\\CurrentFilePath}{}%",
    `\\begin{${environment}}`,
    "  \\centering",
    `  \\includegraphics[width=${Number(millimetres.toFixed(2))}mm, alt={${latexText(alt)}}]{${path}}`,
    `  \\caption{${caption}}`,
    `  \\label{fig:${name}}`,
    `\\end{${environment}}`,
    "",
  ].join("\n");
}

/** @throws BarsError for the name of a file that LaTeX cannot read. */
export function checkTexName(path: string): void {
  const bad = /[\\%#{}~^$&"]/.exec(basename(path))?.[0];
  if (bad === undefined) return;
  throw new BarsError(
    `exportFigure: ${JSON.stringify(path)}: LaTeX cannot read a file whose name holds ${JSON.stringify(bad)}; choose another name.`,
  );
}
