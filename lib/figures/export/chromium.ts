import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fontFiles } from "../../text/fonts";
import { loadPackage, packageFile } from "../../text/packageFile";
import { BarsError, ConfigError } from "../../util/errors";

/** The browser did not do its work: it could not be started, did not answer in time, or ended. */
export class BrowserError extends BarsError {}

/** The part of playwright-core's page that is used here. */
interface Page {
  setContent(html: string): Promise<void>;
  addScriptTag(options: { content: string }): Promise<unknown>;
  evaluate<T>(script: string): Promise<T>;
  pdf(options: { preferCSSPageSize: boolean; printBackground: boolean }): Promise<Buffer>;
  close(): Promise<void>;
  isClosed(): boolean;
  on(event: "crash", listener: () => void): void;
}
interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
  isConnected(): boolean;
}
interface Playwright {
  readonly chromium: {
    launch(options: { executablePath: string; args: string[]; timeout: number }): Promise<Browser>;
    executablePath(): string;
  };
}

/** Off: everything that talks to the network or waits for a screen. WebGL is drawn in software. */
const flags = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-unsafe-swiftshader",
];

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "msedge"];
const places = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/**
 * Where Chromium or a browser of its kind is: the path in the environment variable `BARS_CHROMIUM` (`none`: act as
 * if there were none), else one on PATH, one in the usual places, one that playwright has installed.
 *
 * @returns null where there is none.
 * @throws BarsError if `BARS_CHROMIUM` names a file that cannot be run.
 */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | null {
  const asked = environment["BARS_CHROMIUM"];
  if (asked === "none") return null;
  if (asked) {
    if (canRun(asked)) return asked;
    throw new BarsError(
      `BARS_CHROMIUM: expected the path of a browser that can be run, got ${JSON.stringify(asked)}; unset it to look in the usual places.`,
    );
  }
  const folders = (environment["PATH"] ?? "").split(delimiter).filter(Boolean);
  const suffix = process.platform === "win32" ? ".exe" : "";
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, `${name}${suffix}`)));
  return [...onPath, ...places].find(canRun) ?? playwrightChromium();
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function playwrightChromium(): string | null {
  const path = loadPackage<Playwright>("playwright-core").chromium.executablePath();
  return canRun(path) ? path : null;
}

let running: Promise<Drawing> | undefined;
/** Processes begun while that browser was started: its own among them. */
let born: ChildProcess[] = [];
let queue: Promise<unknown> = Promise.resolve();
let waiting = 0;
let closing: NodeJS.Timeout | undefined;
/** How long the browser waits for more work, in milliseconds: a start takes seconds. */
const idle = 1500;

interface Drawing {
  readonly browser: Browser;
  readonly page: Page;
  /** False once its page or the whole browser is gone. */
  alive(): boolean;
}

/**
 * How long the browser may take for one picture, its start included, in seconds: `BARS_CHROMIUM_SECONDS`, or 60.
 * @throws ConfigError if that is no positive number.
 */
export function chromiumSeconds(environment: NodeJS.ProcessEnv = process.env): number {
  const asked = environment["BARS_CHROMIUM_SECONDS"];
  if (!asked) return 60;
  const seconds = Number(asked);
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new ConfigError(
    `BARS_CHROMIUM_SECONDS: expected a positive number of seconds, got ${JSON.stringify(asked)}; unset it for 60.`,
  );
}

/**
 * Lends the page of a headless browser, with plotly and the shipped fonts loaded, to one user after the other. The
 * browser is started at the first call and closed soon after the last one.
 *
 * @throws BrowserError if it cannot be started, ends, or takes longer than {@link chromiumSeconds}; it is then closed.
 */
export function withChromiumPage<T>(executable: string, use: (page: Page) => Promise<T>): Promise<T> {
  clearTimeout(closing);
  waiting += 1;
  const work = queue.then(async () => {
    try {
      return await drawn(executable, use);
    } finally {
      waiting -= 1;
      if (waiting === 0) closing = setTimeout(() => void closeChromium(), idle);
    }
  });
  queue = work.catch(() => {});
  return work;
}

async function drawn<T>(executable: string, use: (page: Page) => Promise<T>): Promise<T> {
  const seconds = chromiumSeconds();
  // Loading it is no fault of the browser, and takes seconds of its own.
  loadPackage("playwright-core");
  let drawing: Drawing | undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const why = `the browser did not answer within ${seconds} s (BARS_CHROMIUM_SECONDS)`;
    timer = setTimeout(() => reject(browserError(executable, why)), 1000 * seconds);
  });
  const work = started(executable, seconds).then((own) => {
    drawing = own;
    return use(own.page);
  });
  try {
    return await Promise.race([work, late]);
  } catch (cause) {
    work.catch(() => {});
    if (!(cause instanceof BrowserError) && drawing?.alive() === true) throw cause;
    abandon(executable);
    if (cause instanceof BrowserError) throw cause;
    throw browserError(executable, `the browser ended while it drew (${firstLine(cause)})`, cause);
  } finally {
    clearTimeout(timer);
  }
}

function browserError(executable: string, why: string, cause?: unknown): BrowserError {
  return new BrowserError(
    `${executable}: ${why}; set BARS_CHROMIUM to another one, or to none to draw without.`,
    { cause },
  );
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n")[0] as string;
}

/** Leaves a browser that does not do its work, and ends its process: asked to close, it would have half a minute more. */
function abandon(executable: string): void {
  running?.catch(() => {});
  running = undefined;
  // While it starts, other processes of this one may be among them.
  for (const child of born) if (child.spawnfile === executable) endProcess(child);
}

function endProcess({ pid, exitCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null) return;
  try {
    // Playwright starts it as the head of a group of its own.
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Closes the browser now, if one runs. */
export async function closeChromium(): Promise<void> {
  clearTimeout(closing);
  const drawing = running;
  running = undefined;
  await (await drawing?.catch(() => undefined))?.browser.close();
}

async function started(executable: string, seconds: number): Promise<Drawing> {
  const before = await running?.catch(() => undefined);
  if (before?.alive() !== true) running = start(executable, seconds);
  return running as Promise<Drawing>;
}

async function start(executable: string, seconds: number): Promise<Drawing> {
  const { chromium } = loadPackage<Playwright>("playwright-core");
  let browser: Browser;
  born = [];
  const note = (message: unknown) => born.push((message as { readonly process: ChildProcess }).process);
  subscribe("child_process", note);
  try {
    browser = await chromium.launch({
      executablePath: executable,
      args: flags,
      timeout: 1000 * seconds + 5000,
    });
  } catch (cause) {
    throw browserError(executable, `the browser could not be started (${firstLine(cause)})`, cause);
  } finally {
    unsubscribe("child_process", note);
  }
  const page = await browser.newPage();
  let crashed = false;
  page.on("crash", () => {
    crashed = true;
  });
  await page.setContent(
    `<!doctype html><meta charset="utf-8"><style>${shippedFontCss()}</style><body><div id="page"></div></body>`,
  );
  await page.addScriptTag({ content: readFileSync(packageFile("plotly.js-dist-min/plotly.min.js"), "utf8") });
  await page.evaluate("Promise.all([...document.fonts].map((face) => face.load())).then(() => true)");
  return { browser, page, alive: () => browser.isConnected() && !page.isClosed() && !crashed };
}

let fontCss: string | undefined;

/** The shipped fonts as a style sheet, so that a browser sets text in them whatever the machine has. */
function shippedFontCss(): string {
  fontCss ??= fontFiles()
    .map((file) => {
      const family = file.includes("Mono") ? "DejaVu Sans Mono" : "DejaVu Sans";
      const weight = file.includes("Bold") ? "bold" : "normal";
      const style = file.includes("Oblique") ? "italic" : "normal";
      const data = readFileSync(file).toString("base64");
      return `@font-face{font-family:"${family}";font-weight:${weight};font-style:${style};src:url(data:font/ttf;base64,${data})}`;
    })
    .join("\n");
  return fontCss;
}
