import { beforeAll, describe, expect, it } from "vitest";
import { type NotebookFile, notebookOf } from "./notebookFile";
import { scriptModule } from "./scriptModule";

interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly reason: string | null;
  readonly seconds: number;
  readonly notebook: NotebookFile;
  readonly paths: { readonly html: string; readonly ipynb: string };
}
let galleryHtml: (results: Result[], folder: string, about: string) => string;

beforeAll(async () => {
  ({ galleryHtml } = await scriptModule<{ galleryHtml: typeof galleryHtml }>("notebook-gallery.mjs"));
});

const picture = (letters: number, alt: string) => ({
  output_type: "display_data",
  data: { "image/png": "A".repeat(letters), "text/plain": "[figure]" },
  metadata: { "image/png": { width: 10, height: 10, alt } },
});

function result(overrides: Partial<Result>): Result {
  return {
    name: "01-try",
    ok: true,
    reason: null,
    seconds: 12.3,
    notebook: notebookOf("# Which **one**?\n\nFirst words, [linked](x.ts) & more.\n\nSecond."),
    paths: { html: "/out/01-try/01-try.html", ipynb: "/out/01-try/01-try.ipynb" },
    ...overrides,
  };
}

describe("galleryHtml", () => {
  it("shows title, first words and links of each notebook", () => {
    const html = galleryHtml([result({})], "/out", "Preset smoke.");
    expect(html).toContain("<h2>Which one?</h2>");
    expect(html).toContain("<p>First words, linked &amp; more.</p>");
    expect(html).toContain('<a href="01-try/01-try.html">');
    expect(html).toContain('href="01-try/01-try.ipynb"');
    expect(html).toContain("ran through in 12 s");
    expect(html).toContain("no picture");
  });

  it("shows the smallest picture that is more than an icon, with its words", () => {
    const notebook = notebookOf("# T", "show()");
    notebook.cells[1]?.outputs?.push(
      picture(90_000, "large"),
      picture(20_000, "usual"),
      picture(100, "icon"),
    );
    const html = galleryHtml([result({ notebook })], "/out", "");
    expect(html).toContain(`<img alt="usual" src="data:image/png;base64,${"A".repeat(20_000)}"`);
    expect(html).not.toContain("large");
  });

  it("says of a failed notebook why, and cannot be broken by its text", () => {
    const html = galleryHtml([result({ ok: false, reason: "Error: <script>\nat line 3" })], "/out", "<b>");
    expect(html).toContain("failed after 12 s: Error: &lt;script&gt;</p>");
    expect(html).not.toMatch(/<script>|<b>/);
  });
});
