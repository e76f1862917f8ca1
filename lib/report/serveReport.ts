import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { BarsError, ConfigError } from "../util/errors";
import { reportRoots } from "./findRuns";
import { LiveReport } from "./liveReport";
import { ReportServer } from "./reportServer";

export interface ServeOptions {
  /** Of 127.0.0.1; 0: any free one. Left out: 8717. */
  readonly port?: number;
  /** Heading; left out: `Runs`. */
  readonly title?: string;
}

/** A report that is served. */
export interface ServedReport {
  readonly url: string;
  readonly port: number;
  /** Runs it has at the moment. */
  readonly runs: number;
  /** Ends all connections and stops looking at the folders. */
  close(): Promise<void>;
}

const usualPort = 8717;
const host = "127.0.0.1";

/**
 * Serves the pages that `writeReport` writes, of runs as they are at the moment: what runs is shown with its progress, and
 * everything changes in place. Looks at the folders once a second, or so seldom that this takes a twentieth of the time; it
 * needs no notification by the file system, so network folders work as well.
 *
 * Listens on 127.0.0.1 alone and only reads. Requests under another host's name are refused (DNS rebinding), as are those of
 * pages of other sites. No path of a request is a path of the disk; links in the folders are not followed.
 *
 * @param places folders of runs, record files, or sweep files.
 * @throws RecordError for a place that is not there; ConfigError for a port that is none; BarsError for one that is taken.
 *
 * @example
 * ```ts
 * const server = await bars.report.serveReport(["data/records/frontier"], { port: 0 });
 * console.log(server.runs, server.url.startsWith("http://127.0.0.1:")); // 46 true
 * await server.close();
 * ```
 */
export async function serveReport(
  places: readonly string[],
  { port = usualPort, title = "Runs" }: ServeOptions = {},
): Promise<ServedReport> {
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new ConfigError(`serve: port must be a whole number from 0 to 65535, got ${port}.`);
  const roots = reportRoots(places);
  const pages = new ReportServer(() => report, roots, title);
  const server = createServer((request, response) => {
    try {
      pages.answer(request, response);
    } catch (error) {
      if (!response.headersSent) response.writeHead(500, { "Content-Type": "text/plain" });
      response.end(`The report could not be read: ${(error as Error).message}`);
    }
  });
  await new Promise<void>((done, failed) => {
    server.once("error", (error) => failed(listenError(error, port)));
    server.listen(port, host, done);
  }).catch((error) => {
    pages.close();
    throw error;
  });
  const report = new LiveReport(roots, title, (change) => pages.changed(change));
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${taken}/`,
    port: taken,
    get runs() {
      return report.runs;
    },
    async close() {
      report.close();
      pages.close();
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      });
    },
  };
}

function listenError(error: Error, port: number): BarsError {
  const { code } = error as NodeJS.ErrnoException;
  const why =
    code === "EADDRINUSE"
      ? `another program listens on port ${port} of ${host}. End it, or choose another port (--port; 0 takes any free one)`
      : code === "EACCES"
        ? `port ${port} is reserved for the system. Choose one from 1024 on (--port)`
        : error.message;
  return new BarsError(`serve: ${why}.`, { cause: error });
}
