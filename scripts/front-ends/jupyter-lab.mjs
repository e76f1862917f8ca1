// Notebooks in JupyterLab, driven through its own application object.
import { hoverShowsValue, openPage } from "./browser.mjs";

/** Opens a notebook of so many cells; `path` is relative to the project. */
export async function openInLab(browser, address, path, cells) {
  const { page, strangers } = await openPage(browser);
  await page.goto(`${address}/lab/tree/${path}?reset`, { timeout: 120_000 });
  await page.waitForSelector(".jp-Notebook .jp-Cell", { timeout: 120_000 });
  await page.waitForFunction(
    (count) => window.jupyterapp?.shell.currentWidget?.content?.widgets?.length === count,
    cells,
    { timeout: 120_000 },
  );
  return { page, strangers };
}

/** Runs all cells as the menu does and waits until the kernel has done them or one failed. */
export async function runAllInLab(page, timeoutMs) {
  await page.waitForFunction(
    () => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === "idle",
    null,
    { timeout: 120_000 },
  );
  const done = page.evaluate(() => window.jupyterapp.commands.execute("notebook:run-all-cells"));
  await Promise.race([
    done,
    new Promise((_, fail) =>
      setTimeout(
        () => fail(new Error(`the cells took longer than ${timeoutMs / 1000} s`)),
        timeoutMs,
      ).unref(),
    ),
  ]);
  await page.evaluate(() => window.jupyterapp.commands.execute("docmanager:save"));
}

/** All cells as JSON, outputs included, whether they are on the page or not. */
export function cellsInLab(page) {
  return page.evaluate(() => {
    const { cells } = window.jupyterapp.shell.currentWidget.content.model;
    return Array.from({ length: cells.length }, (_, i) => cells.get(i).toJSON());
  });
}

/** Goes through the notebook from top to bottom: JupyterLab draws only what comes near the screen. */
export async function scrollThrough(page, each = async () => {}) {
  const count = await page.evaluate(() => window.jupyterapp.shell.currentWidget.content.widgets.length);
  for (let i = 0; i < count; i++) {
    await page.evaluate(async (index) => {
      const { content } = window.jupyterapp.shell.currentWidget;
      content.activeCellIndex = index;
      await content.scrollToItem(index, "start");
    }, i);
    await page.waitForTimeout(350);
    await each(i);
  }
}

export { hoverShowsValue };
