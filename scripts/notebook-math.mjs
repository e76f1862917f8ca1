// Formulas of notebooks as MathML, which browsers draw themselves.
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "./ensure-installed.mjs";

const require = createRequire(join(root, "lib/package.json"));

/**
 * @param {string} tex without its dollar signs
 * @param {boolean} display whether it stands on a line of its own
 * @returns {string} a math element; what is no TeX is shown as it was written, marked as an error
 */
export function texMathml(tex, display = false) {
  return require("temml").renderToString(tex, { displayMode: display, throwOnError: false });
}

/** A markdown-it plugin: `$…$` in a line, `$$…$$` on lines of its own. Dollar signs before digits stay money. */
export function mathPlugin(markdown) {
  markdown.inline.ruler.before("escape", "math", (state, silent) => {
    const found = /^\$\$([\s\S]+?)\$\$|^\$(?!\s)((?:\\.|[^$\\`\n])+?)(?<!\s)\$(?!\d)/.exec(
      state.src.slice(state.pos),
    );
    if (!found) return false;
    if (!silent) {
      const token = state.push("math", "math", 0);
      token.content = found[1] ?? found[2];
      token.block = found[1] !== undefined;
    }
    state.pos += found[0].length;
    return true;
  });
  markdown.renderer.rules.math = (tokens, index) => texMathml(tokens[index].content, tokens[index].block);
}
