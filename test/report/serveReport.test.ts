import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { get, type IncomingHttpHeaders, request } from "node:http";
import { createServer } from "node:net";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReportChange, ReportRow } from "../../lib/page/report/reportData";
import { runId } from "../../lib/report/runRow";
import { type ServedReport, serveReport } from "../../lib/report/serveReport";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();
const runs = join(folder, "runs");
const secret = join(folder, "secret.txt");
const put = (name: string, from: string, change: object = {}) => {
  const record = { ...JSON.parse(readFileSync(from, "utf8")), ...change };
  mkdirSync(join(runs, name), { recursive: true });
  const path = join(runs, name, "record.json");
  writeFileSync(`${path}.1.partial`, JSON.stringify(record));
  renameSync(`${path}.1.partial`, path);
  return record;
};

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

/** A request as it is written, without what `fetch` makes of its path. */
function ask(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Answer> {
  return new Promise((done, failed) => {
    const asked = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      response.on("end", () => done({ status: response.statusCode ?? 0, text, headers: response.headers }));
    });
    asked.on("error", failed).end();
  });
}

describe("serveReport", () => {
  let server: ServedReport;
  beforeAll(async () => {
    put("search", "data/records/search-cured-seed0.json");
    put("train", "data/records/frontier/bars-3M-s0.json");
    writeFileSync(secret, "secret");
    writeFileSync(join(runs, "search/log.txt"), "a log");
    symlinkSync(secret, join(runs, "search/link.txt"));
    symlinkSync(folder, join(runs, "out"));
    server = await serveReport([runs], { port: 0, title: "Mine" });
  });
  afterAll(() => server?.close());

  it("gives the page, its script and its data, for its own pages alone", async () => {
    const { port } = server;
    const page = await ask(port, "/");
    expect(page.status).toBe(200);
    expect(page.text).toContain("<title>Mine</title>");
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'");
    expect(page.headers["cross-origin-resource-policy"]).toBe("same-origin");
    for (const path of [
      "/report.js",
      "/data/table.js",
      "/data/more.js",
      `/runs/${runId("runs/search/record.json")}.js`,
    ])
      expect([path, (await ask(port, path)).status]).toEqual([path, 200]);
    expect((await ask(port, "/", {}, "HEAD")).text).toBe("");
    expect((await ask(port, "/", {}, "POST")).status).toBe(405);
  });

  it("answers to its own name alone, so that no site can have its name resolve to this machine", async () => {
    const { port } = server;
    const wrong = await ask(port, "/data/table.js", { Host: `evil.example:${port}` });
    expect(wrong).toMatchObject({
      status: 403,
      text: `This server answers to 127.0.0.1:${port} alone, not to the host of this request.`,
    });
    expect((await ask(port, "/", { Host: `127.0.0.1.evil.example:${port}` })).status).toBe(403);
    expect((await ask(port, "/", { Host: "other" })).status).toBe(403);
    expect((await ask(port, "/", { Host: `localhost:${port}` })).status).toBe(200);
    // Another page that loads the data as a script, or asks for it.
    expect(
      (await ask(port, "/data/table.js", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" }))
        .status,
    ).toBe(403);
    expect((await ask(port, "/events", { Origin: "http://evil.example" })).status).toBe(403);
    // A link to the page from elsewhere.
    expect(
      (await ask(port, "/", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" })).status,
    ).toBe(200);
  });

  it("gives the files that lie beside a record, and nothing else of the disk", async () => {
    const { port } = server;
    const id = runId("runs/search/record.json");
    const log = await ask(port, `/files/${id}/log.txt`);
    expect(log).toMatchObject({ status: 200, text: "a log" });
    expect(log.headers["content-disposition"]).toBe("attachment; filename*=UTF-8''log.txt");
    const others = [
      `/files/${id}/link.txt`,
      `/files/${id}/../../../secret.txt`,
      `/files/${id}/..%2f..%2f..%2fsecret.txt`,
      `/files/${id}/%2e%2e`,
      `/files/${id}/..`,
      `/files/${id}/..%5csecret.txt`,
      "/../secret.txt",
      "/..%2fsecret.txt",
      "//etc/passwd",
      "/%2fetc%2fpasswd",
      "/runs/../../secret.txt",
      "/runs/ffffffffffff.js",
      "/%",
      "/report-state.json",
    ];
    for (const path of others) {
      const answer = await ask(port, path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.text).not.toContain("secret");
    }
    // What became a link since it was listed.
    rmSync(join(runs, "search/log.txt"));
    symlinkSync(secret, join(runs, "search/log.txt"));
    expect((await ask(port, `/files/${id}/log.txt`)).status).toBe(404);
    rmSync(join(runs, "search/log.txt"));
    // A whole folder that did.
    cpSync(join(runs, "train"), join(folder, "moved"), { recursive: true });
    rmSync(join(runs, "train"), { recursive: true });
    symlinkSync(join(folder, "moved"), join(runs, "train"));
    expect((await ask(port, `/runs/${runId("runs/train/record.json")}.js`)).status).toBe(404);
    rmSync(join(runs, "train"));
    put("train", "data/records/frontier/bars-3M-s0.json");
  });

  it("tells at once what is new, how far it is, and what is gone", async () => {
    const heard: ReportChange[] = [];
    let connected = () => {};
    const hears = new Promise<void>((done) => {
      connected = done;
    });
    const listening = get(`${server.url}events`, (response) => {
      connected();
      response.setEncoding("utf8").on("data", (text: string) => {
        for (const [, data] of text.matchAll(/^event: change\ndata: (.*)$/gm))
          heard.push(JSON.parse(data as string));
      });
    });
    listening.on("error", () => {});
    // Nobody hears of what was new before.
    await hears;
    const rows = () => heard.flatMap((change) => change.rows);
    const until = async (holds: () => boolean) => {
      for (let i = 0; i < 400 && !holds(); i++) await new Promise((done) => setTimeout(done, 25));
      expect(holds()).toBe(true);
    };
    const record = JSON.parse(readFileSync("data/records/search-cured-seed1.json", "utf8"));
    const step = (epochs: number) =>
      put("new", "data/records/search-cured-seed1.json", {
        status: "running",
        epochs: record.epochs.slice(0, epochs),
      });
    mkdirSync(join(runs, "new"), { recursive: true });
    writeFileSync(
      join(runs, "new/owner.lock"),
      JSON.stringify({ pid: process.ppid, host: hostname(), since: new Date().toISOString() }),
    );
    step(2);
    const seen = (progress: string) => (row: ReportRow) => row.name === "new" && row.progress === progress;
    await until(() => rows().some(seen("2 of 5 epochs")));
    expect(rows().find(seen("2 of 5 epochs"))?.status).toBe("running");
    step(3);
    await until(() => rows().some(seen("3 of 5 epochs")));
    rmSync(join(runs, "new"), { recursive: true });
    await until(() => heard.some(({ removed }) => removed.includes(runId("runs/new/record.json"))));
    listening.destroy();
  });

  it("says when the port is taken, and which ports there are", async () => {
    const other = createServer();
    const port = await new Promise<number>((done) =>
      other.listen(0, "127.0.0.1", () => done((other.address() as { port: number }).port)),
    );
    await expect(serveReport([runs], { port })).rejects.toThrow(
      `serve: another program listens on port ${port} of 127.0.0.1. End it, or choose another port (--port; 0 takes any free one).`,
    );
    other.close();
    await expect(serveReport([runs], { port: 70_000 })).rejects.toThrow(
      "serve: port must be a whole number from 0 to 65535, got 70000.",
    );
  });

  it("ends clean on Ctrl-C, with somebody listening", async () => {
    const bars = resolve("lib/bin/bars.cjs");
    const child = spawn(process.execPath, [bars, "serve", runs, "--port", "0"], { stdio: "pipe" });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
    for (let i = 0; i < 6000 && child.exitCode === null && !/http:\/\/\S+/.test(said); i++)
      await new Promise((done) => setTimeout(done, 25));
    expect(said).toContain("http://");
    const [url] = /http:\/\/\S+/.exec(said) ?? [""];
    const listening = get(`${url}events`);
    await new Promise((done) => listening.on("response", done));
    listening.on("error", () => {});
    const ended = new Promise((done) => child.on("exit", (code, signal) => done(code ?? signal)));
    child.kill("SIGINT");
    expect(await ended).toBe(0);
    expect(said).toMatch(/^2 runs at http:\/\/127\.0\.0\.1:\d+\/ \(Ctrl-C ends this\)\nEnded\.\n$/);
    listening.destroy();
  });
});
