import { latexText } from "../run/tableLatex";

/** What a LaTeX figure says. */
export interface GraphicsSnippet {
  readonly title: string;
  readonly alt: string;
  readonly measured: string;
  /** File name of the PDF, beside the snippet. */
  readonly pdf: string;
  /** Its width on paper. */
  readonly millimetres: number;
}

/**
 * A LaTeX `figure` environment that includes a PDF at its exact size, with caption and label; `figure*` where it is
 * wider than a column. Needs `graphicx` 1.2 or later for `alt`.
 */
export function includeGraphics({ title, alt, measured, pdf, millimetres }: GraphicsSnippet): string {
  const environment = millimetres > 95 ? "figure*" : "figure";
  const name = pdf.replace(/\.pdf$/, "");
  const caption = [`\\textbf{${latexText(title)}.}`, ...(measured ? [latexText(measured)] : [])].join(" ");
  return [
    "% needs \\usepackage{graphicx}",
    `\\begin{${environment}}`,
    "  \\centering",
    `  \\includegraphics[width=${Number(millimetres.toFixed(2))}mm, alt={${latexText(alt)}}]{${pdf}}`,
    `  \\caption{${caption}}`,
    `  \\label{fig:${name}}`,
    `\\end{${environment}}`,
    "",
  ].join("\n");
}
