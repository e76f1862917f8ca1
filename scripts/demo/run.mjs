// npm run demo [-- --build] [--out FOLDER] [--model FILE] [--port N]
// The browser page: a trained binary network classifies pictures in WebAssembly. Served on this machine, or built as static files.
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build, createServer, preview } from "vite";
import { ensureReady, root } from "../ensure-installed.mjs";
import { exitCodeOf, shownPath, typedPath, UsageError, wholeNumber } from "../usage.mjs";
import { shippedModel, siteConfig } from "./site.mjs";

const usage = `usage: npm run demo [-- --build | --preview] [--out FOLDER] [--model FILE.bars] [--port N]
  --build    writes the page as static files instead of serving it; any web server shows them
  --preview  builds them and serves what was built
  --out      where they go (runs/demo-site)
  --model    the packed network it opens with (data/models/bars-6M-c24.bars); any other can be dropped on the page
  --port     where it is served (5174, or the next that is free)
A server that sends Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, as this one does,
gives the page threads; from others it runs on one.`;

async function main() {
  const { values } = parseArgs({
    options: {
      build: { type: "boolean", default: false },
      preview: { type: "boolean", default: false },
      out: { type: "string" },
      model: { type: "string" },
      port: { type: "string", default: "5174" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return console.log(usage);
  const model = values.model === undefined ? shippedModel : typedPath(values.model);
  if (!existsSync(model))
    throw new UsageError(
      `--model ${shownPath(model)}: expected a packed network, found no file. Make one: bars pack.`,
    );
  const out = values.out === undefined ? join(root, "runs/demo-site") : typedPath(values.out);
  const building = values.build || values.preview;
  // The folder is emptied first: it must be one that this wrote, or a new one.
  if (building && existsSync(out) && readdirSync(out).length > 0 && !existsSync(join(out, "model.bars")))
    throw new UsageError(
      `--out ${shownPath(out)}: expected a new folder, or one with an earlier page, which is replaced; found other files.`,
    );
  await ensureReady();
  createRequire(import.meta.url)(join(root, "lib/dist/index.js")).packed.readPackedModel(model);
  const config = siteConfig({ model, out, port: wholeNumber(values.port, "port") });
  if (building) {
    await build(config);
    console.log(`The page is in ${shownPath(out)}; any web server shows it.`);
    if (!values.preview) return;
  }
  const server = values.preview ? await preview(config) : await (await createServer(config)).listen();
  console.log(`${server.resolvedUrls?.local[0]} (Ctrl-C ends it)`);
}

main().catch((error) => {
  console.error(`demo: ${error.message}`);
  process.exitCode = exitCodeOf(error);
});
