// npm run front-ends: notebook 01 in JupyterLab with the real kernel, then the executed notebook as HTML, in the classic
// notebook, and untrusted; each in headless Chromium. Pictures and a report go to runs/front-ends.
// With --executed FILE, a notebook that has been executed already, the first part is left out.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { ensureReady, root } from "../ensure-installed.mjs";
import { ensureLab, findJupyter, jupyterEnvironment } from "../jupyter-environment.mjs";
import { readNotebook, sourceOf, writeWhole } from "../notebook-execution.mjs";
import { countFigures, findChromium, hoverShowsValue, openBrowser, openPage, picture } from "./browser.mjs";
import { seeExplorer, useExplorer } from "./explorer.mjs";
import { cellsInLab, LateCells, openInLab, runAllInLab, scrollThrough } from "./jupyter-lab.mjs";
import { startServer } from "./jupyter-server.mjs";

const out = join(root, "runs/front-ends");
const source = join(root, "notebooks/01-search-cifar10.ipynb");
const runMinutes = 8;

/** Says what is wrong, in words, if `holds` is not true. */
function must(holds, message) {
  if (!holds) throw new Error(message);
}

function errorsOf(cells) {
  return cells
    .flatMap((cell) => cell.outputs ?? [])
    .flatMap((output) => {
      if (output.output_type === "error") return [`${output.ename}: ${output.evalue}`];
      const text = [output.text ?? ""].flat().join("");
      return output.name === "stderr" && /error/i.test(text) ? [text.slice(0, 2000)] : [];
    });
}

const figuresOf = (cells) => cells.filter((cell) => /await bars\.show\(/.test(sourceOf(cell))).length;

/** Once more where the cells did not end in time: a slow machine. */
async function inLab(browser, jupyter) {
  try {
    return await onceInLab(browser, jupyter);
  } catch (error) {
    if (!(error instanceof LateCells)) throw error;
    console.log(`again  JupyterLab: ${error.message}`);
    rmSync(join(out, "lab"), { recursive: true, force: true });
    return onceInLab(browser, jupyter);
  }
}

async function onceInLab(browser, jupyter) {
  const file = join(out, "lab/01-search-cifar10.ipynb");
  const notebook = readNotebook(source);
  writeWhole(file, `${JSON.stringify(notebook, null, 1)}\n`);
  const env = { BARS_PRESET: "smoke", BARS_SEED: "0", BARS_OUT: join(out, "lab/run") };
  const server = await startServer(jupyter, env);
  try {
    const { page, strangers } = await openInLab(
      browser,
      server.address,
      relative(root, file),
      notebook.cells.length,
    );
    await runAllInLab(page, runMinutes * 60_000);
    const cells = await cellsInLab(page);
    const errors = errorsOf(cells);
    must(errors.length === 0, `cells reported errors:\n${errors.join("\n")}`);
    const idle = cells.filter((cell) => cell.cell_type === "code" && !cell.execution_count).length;
    must(idle === 0, `${idle} cells did not run`);
    const wanted = figuresOf(notebook.cells);
    let drawn = 0;
    let drawnIn = 0;
    let hover = false;
    await scrollThrough(page, async (index) => {
      if (!/await bars\.show\(/.test(sourceOf(cells[index]))) return;
      await page.waitForTimeout(600);
      drawnIn += (await countFigures(page)).live > 0 ? 1 : 0;
      await picture(page, out, `lab-cell-${String(index).padStart(2, "0")}`);
      hover ||= await hoverShowsValue(page).catch(() => false);
      drawn = Math.max(drawn, (await countFigures(page)).live);
    });
    const { live, unnamed } = await countFigures(page);
    must(drawnIn === wanted, `figures are live in ${drawnIn} of ${wanted} cells`);
    must(hover, "no figure showed a value under the pointer");
    must(unnamed === 0, `${unnamed} live figures have no text for readers who cannot see`);
    must(strangers.length === 0, `the page asked other hosts: ${strangers.join(", ")}`);
    const explorers = cells.findIndex((cell) => /bars\.explore\(/.test(sourceOf(cell)));
    await page.evaluate(
      (index) => window.jupyterapp.shell.currentWidget.content.scrollToItem(index, "start"),
      explorers,
    );
    const { code } = await useExplorer(await seeExplorer(page), "top_k");
    must(/bars\.derive\(.*"top_k"\)$/.test(code), `the explorer did not derive by top_k, it says ${code}`);
    await picture(page, out, "lab-explorer");
    await page.context().close();
    return {
      file,
      wanted,
      text: `${cells.length} cells ran, ${Math.max(drawn, live)} of ${wanted} figures live at once`,
    };
  } finally {
    await server.close();
  }
}

/** The executed notebook, changed so that no signature fits: Jupyter must not run its scripts. */
async function untrusted(browser, jupyter, executed, wanted) {
  const file = join(out, "untrusted/01-search-cifar10.ipynb");
  const notebook = readNotebook(executed);
  // Its kernel must not start either: only what is in the file is shown.
  notebook.cells.push({ cell_type: "markdown", id: "stranger", metadata: {}, source: "From someone else." });
  for (const cell of notebook.cells) if (cell.metadata) delete cell.metadata.trusted;
  writeWhole(file, `${JSON.stringify(notebook, null, 1)}\n`);
  const server = await startServer(jupyter);
  try {
    const { page } = await openInLab(browser, server.address, relative(root, file), notebook.cells.length);
    let visited = 0;
    await scrollThrough(page, async (index) => {
      if (!/await bars\.show\(/.test(sourceOf(notebook.cells[index]))) return;
      const { live, stills } = await countFigures(page);
      must(live === 0, "a figure is live in an untrusted notebook");
      must(stills > 0, `cell ${index} shows no still image`);
      visited += 1;
      await picture(page, out, `untrusted-cell-${String(index).padStart(2, "0")}`);
    });
    must(visited === wanted, `only ${visited} of ${wanted} figures were looked at`);
    must(
      (await page.evaluate(() => typeof window.barsPlotly)) === "undefined",
      "a script of an untrusted notebook ran",
    );
    await page.context().close();
    return `still images in all ${wanted} places, no script ran`;
  } finally {
    await server.close();
  }
}

async function asHtml(browser, executed, wanted) {
  const nbconvert = findJupyter("nbconvert");
  if (!nbconvert) return "skipped: there is no nbconvert";
  const folder = join(out, "html");
  const { status, stderr } = spawnSync(
    nbconvert.command,
    ["nbconvert", "--to", "html", "--output-dir", folder, executed],
    { cwd: root, env: jupyterEnvironment(), encoding: "utf8" },
  );
  must(status === 0, `nbconvert failed:\n${stderr}`);
  const url = pathToFileURL(join(folder, "01-search-cifar10.html")).href;
  for (const scripts of [true, false]) {
    const { page } = await openPage(browser, { scripts });
    await page.goto(url, { waitUntil: "domcontentloaded" });
    if (scripts) {
      await page.waitForFunction(
        (count) => document.querySelectorAll("[id^=bars-figure-].js-plotly-plot").length >= count,
        wanted,
      );
      must(await hoverShowsValue(page), "no figure showed a value under the pointer");
      const { code } = await useExplorer(await seeExplorer(page), "top_k");
      must(/"top_k"\)$/.test(code), `the explorer did not derive by top_k, it says ${code}`);
      const { drawn, unnamed } = await countFigures(page);
      must(
        drawn === wanted && unnamed === 0,
        `${drawn} of ${wanted} figures are drawn, ${unnamed} without words`,
      );
    } else {
      // Without scripts nothing can be asked of the page; its images are counted from outside.
      const images = await page.locator("img").count();
      must(images >= wanted, `without scripts the page has ${images} images for ${wanted} figures`);
    }
    await picture(page, out, scripts ? "html" : "html-without-scripts", { fullPage: true });
    await page.context().close();
  }
  return `nbconvert ${nbconvert.version}: ${wanted} of ${wanted} figures live, still images without scripts`;
}

async function inClassic(browser, lab, executed, wanted) {
  const jupyter = findJupyter("notebook");
  if (!jupyter || Number.parseInt(jupyter.version, 10) >= 7) return "skipped: there is no classic notebook";
  const file = join(out, "classic/01-search-cifar10.ipynb");
  writeWhole(file, readFileSync(executed, "utf8"));
  const trust = spawnSync(lab.command, ["trust", file], { env: jupyterEnvironment(), encoding: "utf8" });
  must(trust.status === 0, `jupyter trust failed:\n${trust.stderr}`);
  const server = await startServer(jupyter);
  try {
    const { page } = await openPage(browser);
    await page.goto(`${server.address}/notebooks/${relative(root, file)}`);
    await page.waitForFunction(
      (count) => document.querySelectorAll("[id^=bars-figure-].js-plotly-plot").length >= count,
      wanted,
      { timeout: 120_000 },
    );
    must(await hoverShowsValue(page), "no figure showed a value under the pointer");
    await picture(page, out, "classic");
    const { code } = await useExplorer(await seeExplorer(page), "top_k");
    must(/"top_k"\)$/.test(code), `the explorer did not derive by top_k, it says ${code}`);
    await picture(page, out, "classic-explorer");
    await page.context().close();
    return `notebook ${jupyter.version}: ${wanted} of ${wanted} figures live`;
  } finally {
    await server.close();
  }
}

/** An executed notebook in the place where running it in JupyterLab would have left it. */
function given(notebook) {
  const file = join(out, "lab/01-search-cifar10.ipynb");
  writeWhole(file, `${JSON.stringify(notebook, null, 1)}\n`);
  return { file, wanted: figuresOf(notebook.cells) };
}

async function main() {
  await ensureReady();
  const executable = findChromium();
  if (!executable) {
    console.log(
      "front-ends: skipped, there is no Chromium or Chrome on PATH. Install one (Debian: apt-get install chromium) or name it in BARS_CHROMIUM.",
    );
    return;
  }
  const lab = ensureLab();
  if (!lab) {
    console.log(
      "front-ends: skipped, JupyterLab is not installed and pip could not get it. See https://jupyter.org/install.",
    );
    return;
  }
  for (const [name, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])
    process.once(name, () => process.exit(code));
  const { executed } = parseArgs({ options: { executed: { type: "string" } } }).values;
  const earlier = executed ? readNotebook(executed) : null;
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const browser = await openBrowser(executable);
  const results = [];
  const step = async (name, work) => {
    const started = Date.now();
    try {
      const value = await work();
      const text = typeof value === "string" ? value : value.text;
      results.push({ name, ok: true, text, seconds: (Date.now() - started) / 1000 });
      return value;
    } catch (error) {
      for (const context of browser.contexts())
        for (const page of context.pages())
          await picture(page, out, `failed-${name.replaceAll(" ", "-")}`).catch(() => {});
      results.push({ name, ok: false, text: error.message, seconds: (Date.now() - started) / 1000 });
      return null;
    } finally {
      for (const context of browser.contexts()) await context.close();
      const { ok, text, seconds } = results.at(-1);
      console.log(`${ok ? "ok    " : "FAILED"} ${name} (${seconds.toFixed(0)} s): ${text}`);
    }
  };
  try {
    const run = earlier ? given(earlier) : await step(`JupyterLab ${lab.version}`, () => inLab(browser, lab));
    if (run) {
      await step("exported HTML", () => asHtml(browser, run.file, run.wanted));
      await step("classic notebook", () => inClassic(browser, lab, run.file, run.wanted));
      await step("untrusted notebook", () => untrusted(browser, lab, run.file, run.wanted));
    }
  } finally {
    await browser.close();
    writeWhole(join(out, "report.json"), `${JSON.stringify(results, null, 1)}\n`);
  }
  console.log(`Pictures are in ${relative(process.cwd(), out) || out}.`);
  if (results.some(({ ok }) => !ok)) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(`front-ends: ${error.stack}`);
    process.exitCode = 1;
  });
}
