// Runs the comparison of docs/frontier-protocol.md: starts what is missing, goes on with what was begun.
//
//   node scripts/frontier/run.mjs [--workers 2] [--only TEXT]   until all is done, or Ctrl-C (what runs saves and ends)
//   node scripts/frontier/run.mjs --status                      what is done, begun and left, with hours
//
// Every unit is one process of one thread that resumes by itself; a kill at any instant loses at most an epoch of it.
import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeDraws } from "./draws.mjs";
import { bars, root } from "./library.mjs";
import { bands } from "./protocol.mjs";
import { allUnits, progressOf, runs } from "./units.mjs";

const { values } = parseArgs({
  options: {
    status: { type: "boolean" },
    workers: { type: "string", default: "2" },
    only: { type: "string" },
  },
});
const kept = join(root, "data/records/protocol");

/** The networks that need no search: draws, and the best one of the earlier frontier. */
function writeGiven() {
  for (const [name, band] of Object.entries(bands)) {
    if (!existsSync(join(runs, name, "draws"))) writeDraws(band, join(runs, name, "draws"));
    if (!band.earlier) continue;
    const { model } = JSON.parse(readFileSync(join(root, band.earlier), "utf8"));
    const { space, ...choice } = model.genotype;
    const genotype = bars.space.genotype(bars.space.spaceConfig(space), choice);
    writeFileSync(join(runs, name, "earlier.json"), bars.space.genotypeJson(genotype));
  }
}

/** Copies the record of a finished unit to where records are kept with the project. */
function keep(unit) {
  const target = join(kept, `${unit.id.replaceAll("/", "-")}.json`);
  if (existsSync(target)) return;
  mkdirSync(kept, { recursive: true });
  copyFileSync(join(unit.folder, "record.json"), `${target}.partial`);
  renameSync(`${target}.partial`, target);
}

const hours = (seconds) => `${(seconds / 3600).toFixed(2)} h`;

function status() {
  const rows = allUnits().map((unit) => ({ unit, ...progressOf(unit) }));
  const kinds = Map.groupBy ? Map.groupBy(rows, ({ unit }) => unit.kind) : groupBy(rows);
  let left = 0;
  for (const [kind, own] of kinds) {
    const steps = own.reduce((sum, { done }) => sum + done, 0);
    const seconds = own.reduce((sum, row) => sum + row.seconds, 0);
    const each = steps > 0 ? seconds / steps : null;
    const missing = own.reduce((sum, { unit, done }) => sum + unit.total - done, 0);
    if (each !== null) left += each * missing;
    const count = (state) => own.filter((row) => row.state === state).length;
    const time =
      each === null ? "not begun, so no time is known" : `about ${hours(each * missing)} of one thread left`;
    console.log(
      `${kind}: ${count("done")} of ${own.length} done, ${count("begun")} begun, ${count("waits")} wait for a search; ${time}`,
    );
  }
  for (const { unit, state, done } of rows)
    if (state === "begun") console.log(`  begun  ${unit.id}  ${done} of ${unit.total}`);
  console.log(
    `In all about ${hours(left)} of one thread left in the kinds whose speed is known (measured on this machine, beside whatever else it did).`,
  );
}

function groupBy(rows) {
  const groups = new Map();
  for (const row of rows) groups.set(row.unit.kind, [...(groups.get(row.unit.kind) ?? []), row]);
  return groups;
}

let ending = false;
const running = new Map();

function start(unit) {
  mkdirSync(unit.folder, { recursive: true });
  const log = openSync(join(unit.folder, "log.txt"), "a");
  const env = { ...process.env, BARS_ONNX_THREADS: "1" };
  const child = spawn(process.execPath, unit.command, { cwd: root, env, stdio: ["ignore", log, log] });
  running.set(unit.id, child);
  console.log(`${new Date().toISOString()} begins ${unit.id}`);
  return new Promise((resolve) =>
    child.on("close", (code, signal) => {
      running.delete(unit.id);
      const { state } = progressOf(unit);
      if (state === "done") keep(unit);
      console.log(
        `${new Date().toISOString()} ends   ${unit.id}: ${state === "done" ? "done" : `not done (${signal ?? `exit ${code}`}), ${join(unit.folder, "log.txt")} says why`}`,
      );
      resolve(state === "done");
    }),
  );
}

async function worker(failed) {
  while (!ending) {
    const next = allUnits().find(
      (unit) =>
        (!values.only || unit.id.includes(values.only)) &&
        !running.has(unit.id) &&
        !failed.has(unit.id) &&
        ["left", "begun"].includes(progressOf(unit).state),
    );
    if (!next) return;
    if (!(await start(next)) && !ending) failed.add(next.id);
  }
}

if (values.status) status();
else {
  writeGiven();
  for (const unit of allUnits()) if (progressOf(unit).state === "done") keep(unit);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
      ending = true;
      for (const child of running.values()) child.kill("SIGINT");
    });
  const failed = new Set();
  await Promise.all(Array.from({ length: Number(values.workers) }, () => worker(failed)));
  if (failed.size > 0) process.exitCode = 1;
}
