import { oneLine } from "../util/oneLine";
import { checkTable, type Table, type TableCell } from "./table";

/** How a column of a LaTeX table looks. */
export interface LatexColumn {
  /** Key in the rows. */
  readonly name: string;
  /** LaTeX text above it; default: the name, escaped. */
  readonly head?: string;
  /** LaTeX text of a value; default: escaped text, numbers with four significant digits. */
  readonly cell?: (value: TableCell, row: Table["rows"][number]) => string;
}

/**
 * A table as a LaTeX `tabular` with rules of the package booktabs, numbers to the right and text to the left. The
 * table's notes come first, as comments.
 *
 * @param columns which columns, in which order; default: all.
 * @throws RecordError for a cell that is no text, finite number, truth value or null, by row and column.
 *
 * @example
 * ```ts
 * const table = bars.readTable("data/records/analysis/layout.json");
 * console.log(bars.records.tableLatex(table).includes("\\begin{tabular}")); // true
 * ```
 */
export function tableLatex(table: Table, columns?: readonly LatexColumn[]): string {
  checkTable(table);
  const shown: readonly LatexColumn[] = columns ?? table.columns.map(({ name }) => ({ name }));
  const isNumber = ({ name }: LatexColumn) =>
    table.rows.some((row) => typeof row[name] === "number") &&
    table.rows.every((row) => typeof row[name] === "number" || row[name] === null);
  const comments = [
    table.title,
    ...table.provenance.notes,
    `bars ${table.provenance.bars}; needs \\usepackage{booktabs}`,
  ];
  const line = (cells: readonly string[]) => `  ${cells.join(" & ")} \\\\`;
  const body = [
    `\\begin{tabular}{${shown.map((column) => (isNumber(column) ? "r" : "l")).join("")}}`,
    "  \\toprule",
    line(shown.map(({ name, head }) => head ?? latexText(name))),
    "  \\midrule",
    ...table.rows.map((row) => line(shown.map(({ name, cell = latexCell }) => cell(row[name] ?? null, row)))),
    "  \\bottomrule",
    "\\end{tabular}",
    "",
  ].join("\n");
  return [...[...comments, ...engineNote(body)].map(latexComment), body].join("\n");
}

/** What text of other alphabets than the Latin one needs; nothing for text that every LaTeX sets. */
export function engineNote(text: string): string[] {
  const letters = [...new Set(text.match(/[^\0-\u024f\p{P}\p{S}]/gu) ?? [])];
  if (letters.length === 0) return [];
  const named = letters.slice(0, 10).join("");
  return [`pdfLaTeX lacks the letters ${named}: use XeLaTeX or LuaLaTeX with a font that has them`];
}

/** A text as a comment, whatever ends a line in it. */
export function latexComment(text: string): string {
  return `% ${oneLine(text)}`;
}

/** A value as LaTeX text. */
export function latexCell(value: TableCell): string {
  if (value === null) return "--";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return latexText(value);
  return latexNumber(value);
}

/** `0.6215` → `0.6215`, `1234567` → `1\,234\,567`, `2.5e-9` → `$2.5 \times 10^{-9}$`; at most `digits` significant ones. */
export function latexNumber(value: number, digits = 4): string {
  const [, mantissa = "", exponent] = /^(.*?)(?:e(.*))?$/.exec(
    Number.isInteger(value) && Math.abs(value) < 1e15
      ? String(value)
      : String(Number(value.toPrecision(digits))),
  ) as RegExpExecArray;
  const [whole = "", fraction] = mantissa.split(".");
  const negative = whole.startsWith("-");
  const grouped = whole.replace("-", "").replace(/\B(?=(\d{3})+$)/g, "\\,");
  const text = `${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
  if (exponent !== undefined) return `$${negative ? "-" : ""}${text} \\times 10^{${Number(exponent)}}$`;
  return negative ? `$-$${text}` : text;
}

const greekLetters: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ α: "alpha", β: "beta", γ: "gamma", δ: "delta", ε: "varepsilon", ζ: "zeta", η: "eta", θ: "theta" },
    ...{ κ: "kappa", λ: "lambda", μ: "mu", ν: "nu", ξ: "xi", π: "pi", ρ: "rho", σ: "sigma", τ: "tau" },
    ...{ φ: "varphi", χ: "chi", ψ: "psi", ω: "omega", Γ: "Gamma", Δ: "Delta", Θ: "Theta", Λ: "Lambda" },
    ...{ Π: "Pi", Σ: "Sigma", Φ: "Phi", Ψ: "Psi", Ω: "Omega" },
  }),
);

const special: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
};

/** Signs that LaTeX sets in formulas alone; other accents and dashes it reads as they are. */
const formula: Readonly<Record<string, string>> = {
  "−": "-",
  "∇": "\\nabla",
  "∞": "\\infty",
  "≈": "\\approx",
  "≤": "\\leq",
  "≥": "\\geq",
  "≠": "\\neq",
  "→": "\\rightarrow",
  "←": "\\leftarrow",
  "∈": "\\in",
  "√": "\\surd",
  ...Object.fromEntries([...greekLetters].map(([letter, name]) => [letter, `\\${name}`])),
};

/**
 * Text on one line, with everything LaTeX would take as a command escaped, and signs that it lacks in text as
 * formulas. Signs that it would draw together (two hyphens as a dash, two quotes as one) stay apart, and a bracket or
 * a star at the start is no option of the command before it.
 */
export function latexText(text: string): string {
  return oneLine(text)
    .replaceAll(/[\\~^<>|]|[&%$#_{}]/g, (sign) => special[sign] ?? `\\${sign}`)
    .replaceAll(/-(?=-)|`(?=`)|'(?=')|[?!](?=`)/g, "$&{}")
    .replace(/^\s*[[*]/, "{$&}")
    .replaceAll(/[^ -~]/g, (sign) => (Object.hasOwn(formula, sign) ? `$${formula[sign]}$` : sign));
}
