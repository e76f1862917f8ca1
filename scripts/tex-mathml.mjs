// The part of TeX that notebooks use, as MathML, which browsers draw themselves.

const greek = {
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  epsilon: "ϵ",
  varepsilon: "ε",
  eta: "η",
  theta: "θ",
  kappa: "κ",
  lambda: "λ",
  mu: "μ",
  pi: "π",
  rho: "ρ",
  sigma: "σ",
  tau: "τ",
  phi: "φ",
  omega: "ω",
  Delta: "Δ",
  Theta: "Θ",
  Lambda: "Λ",
  Pi: "Π",
  Sigma: "Σ",
  Omega: "Ω",
};
const operators = {
  cdot: "⋅",
  times: "×",
  pm: "±",
  le: "≤",
  leq: "≤",
  ge: "≥",
  geq: "≥",
  ne: "≠",
  neq: "≠",
  approx: "≈",
  sim: "∼",
  in: "∈",
  to: "→",
  rightarrow: "→",
  leftarrow: "←",
  infty: "∞",
  partial: "∂",
  nabla: "∇",
  odot: "⊙",
  oplus: "⊕",
  otimes: "⊗",
  ldots: "…",
  dots: "…",
  cdots: "⋯",
  mid: "∣",
  lVert: "‖",
  rVert: "‖",
  lfloor: "⌊",
  rfloor: "⌋",
  lceil: "⌈",
  rceil: "⌉",
  "{": "{",
  "}": "}",
  "%": "%",
  "|": "‖",
};
const sums = { sum: "∑", prod: "∏", int: "∫" };
const names = new Set([
  "max",
  "min",
  "log",
  "ln",
  "exp",
  "sin",
  "cos",
  "tanh",
  "sign",
  "arg",
  "argmax",
  "argmin",
  "Pr",
]);
const spaces = { ",": "0.17em", ":": "0.22em", ";": "0.28em", " ": "0.3em", quad: "1em", qquad: "2em" };
const words = new Set(["mathrm", "text", "operatorname", "mathbf", "mathit", "textbf"]);
const accents = { hat: "^", bar: "¯", tilde: "~", vec: "→" };

/**
 * @param {string} tex without its dollar signs
 * @param {boolean} display whether it stands on a line of its own
 * @returns {string} a math element; a command that is not known shows its name
 */
export function texMathml(tex, display = false) {
  const tokens = [...tex.matchAll(/\\([a-zA-Z]+|.)|[0-9]+(?:\.[0-9]+)?|\s+|[^\s]/gsu)].map(
    ([token]) => token,
  );
  let at = 0;
  const peek = () => {
    while (/^\s+$/.test(tokens[at] ?? "")) at++;
    return tokens[at];
  };
  const next = () => {
    const token = peek();
    at++;
    return token;
  };
  /** Raw text of a braced argument. */
  const textArgument = () => {
    if (peek() !== "{") return next() ?? "";
    at++;
    let text = "";
    for (let depth = 1; at < tokens.length; at++) {
      if (tokens[at] === "{") depth++;
      if (tokens[at] === "}" && --depth === 0) break;
      text += tokens[at];
    }
    at++;
    return text;
  };
  const row = (isEnd) => {
    const parts = [];
    while (peek() !== undefined && !isEnd(peek())) parts.push(scripted());
    return parts.length === 1 ? parts[0] : `<mrow>${parts.join("")}</mrow>`;
  };
  const argument = () => {
    if (peek() !== "{") return atom();
    at++;
    const inside = row((token) => token === "}");
    at++;
    return inside;
  };
  const scripted = () => {
    const token = peek();
    const base = atom();
    let below;
    let above;
    while (peek() === "_" || peek() === "^") {
      if (next() === "_") below = argument();
      else above = argument();
    }
    if (below === undefined && above === undefined) return base;
    const around =
      display && (token?.slice(1) in sums || ["\\max", "\\min", "\\argmax", "\\argmin"].includes(token));
    const [sub, sup, both] = around ? ["munder", "mover", "munderover"] : ["msub", "msup", "msubsup"];
    if (above === undefined) return `<${sub}>${base}${below}</${sub}>`;
    if (below === undefined) return `<${sup}>${base}${above}</${sup}>`;
    return `<${both}>${base}${below}${above}</${both}>`;
  };
  const atom = () => {
    const token = next();
    if (token === undefined) return "<mrow></mrow>";
    if (token === "{") {
      at--;
      return argument();
    }
    if (token === "'") return "<mo>′</mo>";
    if (/^[0-9]/.test(token)) return `<mn>${token}</mn>`;
    if (/^\p{L}$/u.test(token)) return `<mi>${token}</mi>`;
    if (!token.startsWith("\\")) return `<mo>${escaped(token === "-" ? "−" : token)}</mo>`;
    return command(token.slice(1));
  };
  const command = (name) => {
    if (name in greek) return `<mi>${greek[name]}</mi>`;
    if (name in operators) return `<mo>${escaped(operators[name])}</mo>`;
    if (name in sums) return `<mo>${sums[name]}</mo>`;
    if (name in spaces) return `<mspace width="${spaces[name]}"/>`;
    if (name === "!") return "";
    if (words.has(name)) return `<mtext>${escaped(textArgument())}</mtext>`;
    if (name in accents) return `<mover accent="true">${argument()}<mo>${accents[name]}</mo></mover>`;
    if (name === "frac") return `<mfrac>${argument()}${argument()}</mfrac>`;
    if (name === "sqrt") return `<msqrt>${argument()}</msqrt>`;
    if (name === "left") {
      const open = fence(next());
      const inside = row((token) => token === "\\right");
      at++;
      return `<mrow>${open}${inside}${fence(next())}</mrow>`;
    }
    if (names.has(name)) return `<mi mathvariant="normal">${name}</mi>`;
    return `<mtext>${escaped(name)}</mtext>`;
  };
  const fence = (token = ".") => {
    const sign = token.startsWith("\\") ? (operators[token.slice(1)] ?? token.slice(1)) : token;
    return sign === "." ? "" : `<mo stretchy="true">${escaped(sign)}</mo>`;
  };
  const content = [];
  while (peek() !== undefined) {
    const before = at;
    content.push(scripted());
    if (at === before) at++;
  }
  return `<math${display ? ' display="block"' : ""}>${content.join("")}</math>`;
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

function escaped(value) {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
