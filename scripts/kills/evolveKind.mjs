import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bars, must, pause, secondsSince, until } from "./library.mjs";
import { pace, placeOf, searching, short, space } from "./runs.mjs";

/** Architectures that an evolution has rated; 0 before it began. */
function evolvedIn(folder) {
  const path = join(folder, "record.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).history.length : 0;
}

/** Evolutions, in turn by short trainings and on a supernet. */
export const evolveKind = {
  variants: 2,
  async prepare(base) {
    writeFileSync(join(base, "space.json"), JSON.stringify(space));
    writeFileSync(join(base, "short.json"), JSON.stringify(short));
    writeFileSync(join(base, "search.json"), JSON.stringify(searching));
    await must(base, ["search", "--config", "search.json", "--out", "search"]);
  },
  args(base, round) {
    const common = ["--population", String(pace.population), "--sample", String(pace.sample), "--out", "run"];
    if (round % 2 === 1)
      return ["evolve", join(base, "search"), ...common, "--evaluations", "20", "--images", "0"];
    const place = ["--space", join(base, "space.json"), "--config", join(base, "short.json")];
    return ["evolve", ...place, ...common, "--evaluations", String(pace.evaluations)];
  },
  results: (folder) => join(folder, "run"),
  measure: (_folder, ms) => ms,
  async disturb({ folder, args, times, draw }) {
    const at = join(folder, "run");
    const { child, ended } = bars(folder, args);
    const begun = performance.now();
    const evaluations = Number(args[args.indexOf("--evaluations") + 1]);
    const [done, end] = [evolvedIn(at), draw() < 0.2 ? 0 : evaluations];
    const some = done + Math.floor(draw() * (end - done));
    await until(() => evolvedIn(at) >= some && existsSync(join(at, "owner.lock")), child);
    await Promise.race([ended, pause((draw() * times) / evaluations)]);
    const where = placeOf(at);
    const seconds = secondsSince(begun);
    if (child.exitCode !== null || !child.kill("SIGKILL")) return [];
    const { signal } = await ended;
    return [{ where, seconds, reported: signal === "SIGKILL" }];
  },
};
