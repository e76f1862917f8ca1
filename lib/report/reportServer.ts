import { createReadStream, lstatSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import type { ReportChange } from "../page/report/reportData";
import type { ReportRoot } from "./findRuns";
import { isInside } from "./insideRoots";
import type { LiveReport } from "./liveReport";
import { reportHtml, reportScript, runScript, siteFiles } from "./reportFiles";

/** Milliseconds after which a silent connection gets a sign of life. */
const signOfLifeMs = 15_000;

const headers = {
  // Nothing but this server's own scripts runs, and no other page may embed it, read it or load its data as scripts.
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
} as const;

/** Answers requests for a report, and keeps those who listen for changes. */
export class ReportServer {
  #listening = new Set<ServerResponse>();
  #signOfLife: NodeJS.Timeout;

  constructor(
    private readonly report: () => LiveReport,
    private readonly roots: readonly ReportRoot[],
    private readonly title: string,
  ) {
    this.#signOfLife = setInterval(() => this.#tell(": here\n\n"), signOfLifeMs);
    this.#signOfLife.unref();
  }

  changed(change: ReportChange): void {
    this.#tell(`event: change\ndata: ${JSON.stringify(change)}\n\n`);
  }

  close(): void {
    clearInterval(this.#signOfLife);
    for (const response of this.#listening) response.end();
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const wrong = refusal(request);
    // Not parsed as a path of the disk: every answer is one of those below.
    const path = decoded((request.url ?? "/").split("?")[0] as string);
    const [, run] = /^\/runs\/([0-9a-f]{12})\.js$/.exec(path) ?? [];
    const [, owner, name] = /^\/files\/([0-9a-f]{12})\/([^/\\]+)$/.exec(path) ?? [];
    const page = wrong === null ? this.#page(path) : null;
    if (wrong !== null) send(response, wrong.status, "text/plain", wrong.why);
    else if (page !== null) send(response, 200, page.type, page.text);
    else if (path === "/events") this.#listen(request, response);
    else if (run !== undefined) this.#run(response, run);
    else if (owner !== undefined && name !== undefined) this.#file(response, owner, name);
    else send(response, 404, "text/plain", "There is nothing of that name here.");
  }

  #page(path: string): { readonly type: string; readonly text: string } | null {
    const script = (text: string) => ({ type: "text/javascript", text });
    switch (path) {
      case "/":
      case `/${siteFiles.page}`:
        return { type: "text/html", text: reportHtml(this.title, { live: true }) };
      case `/${siteFiles.script}`:
        return script(reportScript());
      case `/${siteFiles.table}`:
        return script(this.report().table());
      case `/${siteFiles.more}`:
        return script(this.report().more());
      default:
        return null;
    }
  }

  #run(response: ServerResponse, id: string): void {
    const detail = this.report().detail(id);
    if (detail === null) send(response, 404, "text/plain", "There is no run of that name here.");
    else send(response, 200, "text/javascript", runScript(detail));
  }

  /** A file beside a run's record, for saving: one that its page lists, that is no link, inside the folders given. */
  #file(response: ServerResponse, id: string, name: string): void {
    const found = this.report().fileOf(id);
    const listed =
      this.report()
        .detail(id)
        ?.files.some((file) => file.name === name) ?? false;
    const path = found === null ? "" : join(dirname(found.path), name);
    if (!listed || !lstatSync(path, { throwIfNoEntry: false })?.isFile() || !isInside(path, this.roots)) {
      send(response, 404, "text/plain", "This run has no file of that name.");
      return;
    }
    response.writeHead(200, {
      ...headers,
      "Content-Type": "application/octet-stream",
      "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    });
    createReadStream(path)
      .on("error", () => response.destroy())
      .pipe(response);
  }

  #listen(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { ...headers, "Content-Type": "text/event-stream; charset=utf-8" });
    response.write("retry: 2000\n\n");
    this.#listening.add(response);
    request.on("close", () => this.#listening.delete(response));
  }

  #tell(text: string): void {
    for (const response of this.#listening) response.write(text);
  }
}

/**
 * Why a request is refused; null for one that is answered. A page of another site that has its own name resolve to this
 * machine sends that name as the host; one that loads data as a script says that it is another site.
 */
function refusal(request: IncomingMessage): { readonly status: number; readonly why: string } | null {
  const { host = "", origin } = request.headers;
  const port = request.socket.localPort;
  const own = [`127.0.0.1:${port}`, `localhost:${port}`, ...(port === 80 ? ["127.0.0.1", "localhost"] : [])];
  if (!own.includes(host.toLowerCase()))
    return { status: 403, why: `This server answers to ${own[0]} alone, not to the host of this request.` };
  if (origin !== undefined && !own.some((name) => origin === `http://${name}`))
    return { status: 403, why: "This server answers its own pages alone." };
  const site = request.headers["sec-fetch-site"];
  const visits = request.headers["sec-fetch-mode"] === "navigate";
  if (site !== undefined && site !== "same-origin" && site !== "none" && !visits)
    return { status: 403, why: "This server answers its own pages alone." };
  if (request.method !== "GET" && request.method !== "HEAD")
    return { status: 405, why: "This server is read only." };
  return null;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return "";
  }
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { ...headers, "Content-Type": `${type}; charset=utf-8` });
  // Node leaves the body out where the request was HEAD.
  response.end(text);
}
