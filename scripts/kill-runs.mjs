// Kills runs with SIGKILL at random instants, lets the same command go on, and compares everything they leave with what
// a run that nobody disturbed leaves: node scripts/kill-runs.mjs --what sweep|evolve|race [--times 20] [--key 0]
//
// sweep   job processes of a running sweep (search and train, evolution and train); the sweep reports the job that was
//         killed, and goes on with it by --retry
// evolve  bars evolve, in turn by short trainings and on a supernet
// race    bars race, or one of its workers, whose task another takes over; in turn begun by two workers and gone on with by
//         one, and the other way round: both must find what the undisturbed race finds in this process, without workers
//
// What is killed runs in processes of its own; what is not runs the same command line in this one.
// Records, genotypes, drawings and weights must be the same to the last bit; times, memory and process numbers are left
// out. Exit code 1 where anything differs.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { contents, differences } from "./kills/contents.mjs";
import { evolveKind } from "./kills/evolveKind.mjs";
import { lib, must } from "./kills/library.mjs";
import { raceKind } from "./kills/raceKind.mjs";
import { sweepKind } from "./kills/sweepKind.mjs";

const kinds = { sweep: sweepKind, evolve: evolveKind, race: raceKind };

/**
 * Kills runs `times` times in all: each run in one go or two, then it goes on to its end, and what it leaves is compared.
 *
 * @returns a row for each kill: when, where the run was, whether the kill was reported, files that differ, and how many were
 * compared.
 */
export async function killRuns({ what, times, key = 0, onRow = () => {} }) {
  const { fold, randomKey, uniform } = lib("random/randomKey.js");
  const kind = kinds[what];
  const base = realpathSync(mkdtempSync(join(tmpdir(), "bars-kill-")));
  const fresh = (name) => {
    const folder = join(base, name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    return folder;
  };
  let draws = 0;
  const draw = () => uniform(fold(fold(randomKey(key), what), draws++), 1)[0];
  const whole = [];
  const undisturbed = async (variant) => {
    const folder = fresh("whole");
    const begun = performance.now();
    if (kind.undisturbed) await kind.undisturbed({ base, folder });
    else await must(folder, kind.args(base, variant));
    const ms = performance.now() - begun;
    return { times: kind.measure(folder, ms), files: contents(kind.results(folder)) };
  };
  const rows = [];
  try {
    await kind.prepare(base);
    for (let round = 0; rows.length < times && round < 3 * times; round++) {
      whole[round % kind.variants] ??= await undisturbed(round);
      const { times: usual, files } = whole[round % kind.variants];
      const folder = fresh("broken");
      const kills = [];
      for (let go = 0; go < 2 && rows.length + kills.length < times; go++) {
        const most = times - rows.length - kills.length;
        const args = kind.args(base, round, go);
        kills.push(...(await kind.disturb({ folder, args, times: usual, draw, most, go })));
      }
      await must(folder, kind.args(base, round));
      const differ = differences(files, kind.results(folder));
      for (const { where, seconds, reported } of kills) {
        const row = { kill: rows.length + 1, where, seconds, reported, differ, compared: files.size };
        rows.push(row);
        onRow(row);
      }
    }
    return rows;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

async function main() {
  // A race's workers have one thread each; what is not killed runs here, and its record names its threads, too.
  process.env["BARS_ONNX_THREADS"] ??= "1";
  const options = { what: { type: "string" }, times: { type: "string" }, key: { type: "string" } };
  const { values } = parseArgs({ options });
  const { what = "", times = "20", key = "0" } = values;
  if (!Object.hasOwn(kinds, what)) throw new Error(`--what: expected sweep, evolve or race, got "${what}".`);
  const line = (...cells) =>
    console.log(
      cells
        .map((cell, i) => String(cell).padEnd([5, 16, 42, 10, 0][i]))
        .join(" ")
        .trimEnd(),
    );
  line("kill", "after", "where", "reported", "results");
  const rows = await killRuns({
    what,
    times: Number(times),
    key: Number(key),
    onRow: ({ kill, seconds, where, reported, differ }) => {
      const result = differ.length === 0 ? "identical" : `differ: ${differ.join(", ")}`;
      line(kill, `${seconds.toFixed(2)} s`, where, reported ? "yes" : "no", result);
    },
  });
  const good = rows.filter(({ reported, differ }) => reported && differ.length === 0).length;
  console.log(`${what}: ${rows.length} kills, ${good} reported and gone on to identical results`);
  if (good < Number(times)) process.exitCode = 1;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
