// The explorer of derivations (bars.explore) on a page of any front end.

/** Waits until the last explorer of a page is drawn and scrolls it into sight. */
export async function seeExplorer(page) {
  await page.waitForFunction(
    () => [...document.querySelectorAll(".bars-page")].pop()?.shadowRoot?.querySelector(".app"),
    null,
    { timeout: 30_000 },
  );
  const host = page.locator(".bars-page").last();
  await host.scrollIntoViewIfNeeded();
  return host;
}

/** Chooses a rule and gives the code that the explorer then states, and whether it took the dark look. */
export async function useExplorer(host, rule) {
  await host.getByLabel("rule", { exact: true }).selectOption(rule);
  const code = await host.locator("pre").first().innerText();
  const dark = (await host.locator(".app.dark").count()) > 0;
  return { code, dark };
}
