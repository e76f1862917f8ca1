// Runs the comparison of docs/frontier-protocol.md: starts what is missing, goes on with what was begun.
//
//   node scripts/frontier/run.mjs [--workers 2] [--only TEXT]   until all is done, or Ctrl-C (what runs saves and ends)
//   node scripts/frontier/run.mjs --status                      what is done, begun and left, with hours
//   node scripts/frontier/run.mjs --commands [--only TEXT]      the command of each unit, which makes the record of its name
//
// Every unit is one process of one thread that resumes by itself (a race takes idle ones, too); a kill at any instant loses at most an epoch of it.
// Two may run beside each other, each with units of its own by --only.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { costIn, writeDraws } from "./draws.mjs";
import { copy, write } from "./files.mjs";
import { activated, headlineLimits, widened } from "./headline.mjs";
import { bars, lib, root } from "./library.mjs";
import { bands, differentiable } from "./protocol.mjs";
import { allUnits, differentiableFiles, headlineFiles, keptRecord, progressOf, runs } from "./units.mjs";

const { values } = parseArgs({
  options: {
    status: { type: "boolean" },
    commands: { type: "boolean" },
    workers: { type: "string", default: "2" },
    only: { type: "string" },
  },
});

/** The networks that need no search: draws, and the best one of the earlier frontier. */
function writeGiven() {
  for (const [name, band] of Object.entries(bands)) {
    writeDraws(band, join(runs, name, "draws"));
    if (!band.earlier) continue;
    const { model } = JSON.parse(readFileSync(join(root, band.earlier), "utf8"));
    const { space, ...choice } = model.genotype;
    const genotype = bars.space.genotype(bars.space.spaceConfig(space), choice);
    write(join(runs, name, "earlier.json"), bars.space.genotypeJson(genotype));
  }
}

/** Searches whose network lies outside the band: said once, and the other units go on. */
const outside = new Set();

/** Settings of the differentiable searches, and what is derived from those that are finished. */
function writeDerived() {
  const { readSearchRecord } = lib("records/searchRecordFile.js");
  for (const [name, band] of Object.entries(bands)) {
    if (band.decides) continue;
    const { settings, searches } = differentiableFiles(name);
    write(settings, JSON.stringify(differentiable.settings(band), null, 1));
    for (const { folder, record, genotype } of searches) {
      if (existsSync(genotype) || !existsSync(record) || outside.has(folder)) continue;
      const search = readSearchRecord(record);
      if (search.status !== "finished") continue;
      const derived = bars.derive(bars.deriveInputOf(search), differentiable.rule(band));
      const cost = costIn(derived.genotype, band.measure);
      if (cost >= band.low && cost <= band.high) write(genotype, bars.space.genotypeJson(derived.genotype));
      else {
        outside.add(folder);
        process.exitCode = 1;
        console.error(
          `${folder}: what was derived costs ${cost} ${band.measure}, outside the band; it is not trained.`,
        );
      }
    }
  }
}

/** The headline's networks, once the races that they come from are finished. */
function writeHeadline() {
  const forms = { widened: (winner) => widened(winner, headlineLimits()), activated };
  for (const [name, { winner, form }] of Object.entries(headlineFiles)) {
    if (existsSync(form) || !existsSync(winner)) continue;
    const genotype = bars.space.parseGenotype(readFileSync(winner, "utf8"));
    write(form, bars.space.genotypeJson(forms[name](genotype)));
  }
}

/** What other machines have finished is finished here, too: its record, and of a race the winner that its trainings need. */
function takeKept() {
  for (const unit of allUnits()) {
    const own = keptRecord(unit.id);
    const source = existsSync(own) || unit.sameAs === undefined ? own : keptRecord(unit.sameAs);
    const target = join(unit.folder, "record.json");
    if (!existsSync(source) || existsSync(target)) continue;
    if (unit.kind.includes("race")) {
      const { genotype } = bars.records.racedModel(bars.records.readRaceRecord(source));
      write(join(unit.folder, "genotype.json"), bars.space.genotypeJson(genotype));
    }
    copy(source, target);
    // What another band trained has no record of this band's name yet.
    keep(unit);
  }
}

/** Copies the record of a finished unit to where records are kept with the project. */
function keep(unit) {
  const target = keptRecord(unit.id);
  if (!existsSync(target)) copy(join(unit.folder, "record.json"), target);
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

/** What makes each record, from this folder. */
function commands() {
  for (const { id, command } of asked()) {
    const [, ...args] = command.map((one) => (one.startsWith(root) ? relative(root, one) : one));
    const typed = args.map((one) => (/^[\w./=,-]+$/.test(one) ? one : `'${one}'`));
    console.log(`${relative(root, keptRecord(id))}\n  BARS_ONNX_THREADS=1 npx bars ${typed.join(" ")}`);
  }
}

const asked = () => allUnits().filter(({ id }) => !values.only || id.includes(values.only));
if (asked().length === 0) {
  console.error(`no unit's name holds "${values.only}"; --commands lists them all.`);
  process.exit(2);
}

let ending = false;
/** The process of each unit that runs, and when it has ended. */
const running = new Map();

/** The command of a unit; a race takes the workers that nothing else can use. */
function commandOf(unit, idle) {
  const at = unit.kind.includes("race") ? unit.command.indexOf("--workers") : -1;
  return at < 0 ? unit.command : unit.command.with(at + 1, String(Math.max(1, idle)));
}

function start(unit, idle) {
  mkdirSync(unit.folder, { recursive: true });
  const log = openSync(join(unit.folder, "log.txt"), "a");
  const env = { ...process.env, BARS_ONNX_THREADS: "1" };
  const command = commandOf(unit, idle);
  const child = spawn(process.execPath, command, { cwd: root, env, stdio: ["ignore", log, log] });
  console.log(`${new Date().toISOString()} begins ${unit.id}`);
  const ended = new Promise((resolve) =>
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
  running.set(unit.id, { child, ended });
  return ended;
}

async function worker(failed) {
  while (!ending) {
    writeDerived();
    takeKept();
    writeHeadline();
    const [next, ...others] = asked().filter(
      (unit) =>
        !running.has(unit.id) && !failed.has(unit.id) && ["left", "begun"].includes(progressOf(unit).state),
    );
    if (!next && running.size === 0) return;
    if (!next) {
      // What runs may be what others wait for.
      await Promise.race([...running.values()].map(({ ended }) => ended));
      continue;
    }
    const idle = Number(values.workers) - running.size - others.length;
    if (!(await start(next, idle)) && !ending) failed.add(next.id);
  }
}

if (values.status) status();
else if (values.commands) commands();
else {
  takeKept();
  writeGiven();
  for (const unit of allUnits()) if (progressOf(unit).state === "done") keep(unit);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
      ending = true;
      for (const { child } of running.values()) child.kill("SIGINT");
    });
  const failed = new Set();
  await Promise.all(Array.from({ length: Number(values.workers) }, () => worker(failed)));
  const waiting = asked().filter((unit) => progressOf(unit).state === "waits");
  if (!ending && waiting.length > 0)
    console.log(
      `${waiting.length} wait for what was not asked for: ${waiting.map(({ id, sameAs }) => (sameAs ? `${id} for ${sameAs}` : id)).join(", ")}`,
    );
  if (failed.size > 0) process.exitCode = 1;
}
