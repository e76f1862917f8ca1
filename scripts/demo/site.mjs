// The browser page as vite builds and serves it: its files, and the headers that give it threads.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { root } from "../root.mjs";

const page = join(root, "lib/page/demo");
const examples = join(page, "examples");
export const shippedModel = join(root, "data/models/bars-6M-c24.bars");

/** What makes a page cross-origin isolated: then threads share memory. */
export const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Nothing but this site's own; WebAssembly, helper threads and pictures of the reader's are made in the page. */
const policy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; media-src blob:; connect-src 'self'";

/** Files that lie beside the page, by their address. */
function filesOf(model) {
  const pictures = readdirSync(examples).filter((name) => name.endsWith(".png"));
  return new Map([
    ["model.bars", model],
    ...pictures.map((name) => [`examples/${name}`, join(examples, name)]),
  ]);
}

function demoFiles(model) {
  const files = filesOf(model);
  const data = {
    model: { url: "model.bars", name: basename(model) },
    examples: [...files.keys()]
      .filter((url) => url.startsWith("examples/"))
      .map((url) => ({ url, name: basename(url, ".png").replace(/^\d+-/, "").replaceAll("-", " ") })),
  };
  const serve = ({ middlewares }) => {
    middlewares.use((request, response, next) => {
      const file = files.get(decodeURIComponent(request.url ?? "").replace(/^\/|\?.*$/g, ""));
      if (file === undefined) return next();
      response.setHeader("Content-Type", file.endsWith(".png") ? "image/png" : "application/octet-stream");
      for (const [name, value] of Object.entries(isolation)) response.setHeader(name, value);
      response.end(readFileSync(file));
    });
  };
  let built = false;
  return {
    name: "bars-demo-files",
    configResolved: ({ command }) => {
      built = command === "build";
    },
    configureServer: serve,
    transformIndexHtml: (html) => {
      const filled = html.replace(
        /(id="demo-data">)\{\}/,
        (_, head) => head + JSON.stringify(data).replaceAll("<", "\\u003c"),
      );
      const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}" />`;
      return built ? filled.replace("<head>", `<head>\n    ${meta}`) : filled;
    },
    generateBundle() {
      for (const [fileName, file] of files)
        this.emitFile({ type: "asset", fileName, source: readFileSync(file) });
    },
  };
}

/** Settings of vite. @param model the packed network the page opens with */
export function siteConfig({ model = shippedModel, out = join(root, "runs/demo-site"), port = 5174 } = {}) {
  return {
    configFile: false,
    root: page,
    base: "./",
    publicDir: false,
    cacheDir: join(root, "runs/.vite-demo"),
    logLevel: "warn",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    plugins: [demoFiles(model)],
    server: { port, host: "127.0.0.1", headers: isolation, fs: { allow: [root] } },
    preview: { port, host: "127.0.0.1", headers: isolation },
    build: { outDir: out, emptyOutDir: true, target: "es2022", modulePreload: false, assetsInlineLimit: 0 },
  };
}
