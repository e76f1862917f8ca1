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

/** Cells that did not end in time. */
export class LateCells extends Error {}

/**
 * Runs all cells as the menu does and waits until the kernel has done them or one failed.
 * @throws LateCells after `timeoutMs`, with how many had ended and what the page took the kernel for.
 */
export async function runAllInLab(page, timeoutMs) {
  await page.waitForFunction(
    () => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === "idle",
    null,
    { timeout: 120_000 },
  );
  const all = page.evaluate(() => window.jupyterapp.commands.execute("notebook:run-all-cells"));
  // On a machine with much else to do the command has been seen not to end although all cells had.
  const cells = page.waitForFunction(
    () => {
      const { content, sessionContext } = window.jupyterapp.shell.currentWidget;
      const code = content.widgets.filter(({ model }) => model.type === "code");
      return (
        sessionContext.session.kernel.status === "idle" &&
        code.every(({ model }) => model.executionCount !== null)
      );
    },
    null,
    { timeout: timeoutMs, polling: 2000 },
  );
  const late = cells.catch(async () => {
    const found = await page.evaluate(() => {
      const { content, sessionContext } = window.jupyterapp.shell.currentWidget;
      const code = content.widgets.filter(({ model }) => model.type === "code");
      const ended = code.filter(({ model }) => model.executionCount !== null).length;
      return `${ended} of ${code.length} cells had ended, the kernel is ${sessionContext.session.kernel.status}`;
    });
    throw new LateCells(`the cells took longer than ${timeoutMs / 1000} s: ${found}`);
  });
  await Promise.race([all, late]);
  late.catch(() => {});
  await within(60_000, "the notebook was not saved", () =>
    page.evaluate(() => window.jupyterapp.commands.execute("docmanager:save")),
  );
}

async function within(ms, what, work) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new LateCells(`${what} in ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
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
