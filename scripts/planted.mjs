// How often a search finds what a planted problem needs: node scripts/planted.mjs [--problems edge,depth,cells] [--seeds 5]
// [--set path=value ...] [--repairs] [--rules argmax,budget,drop,keep] [--out runs/planted]
//
// Prints for each problem and rule how many seeds derive a network that solves the task within the budget, when it is trained
// from scratch. Searches and trainings in the folder are not run again; another folder for other settings.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const bars = createRequire(import.meta.url)(join(root, "lib/dist/index.js"));
const { withAssignment } = createRequire(import.meta.url)(join(root, "lib/dist/cli/overrides.js"));
const { layered } = createRequire(import.meta.url)(join(root, "lib/dist/config/presets.js"));

const { values } = parseArgs({
  options: {
    problems: { type: "string", default: "edge,depth,cells" },
    seeds: { type: "string", default: "5" },
    set: { type: "string", multiple: true, default: [] },
    repairs: { type: "boolean", default: false },
    rules: { type: "string", default: "argmax,budget,drop,keep" },
    out: { type: "string", default: "runs/planted" },
  },
});

const judged = (judge) => async (_record, folder) =>
  (await bars.derivation.deriveByPerturbation(folder, { judge, prune: true })).genotype;
const rules = {
  argmax: { rule: "argmax", prune: true },
  budget: { rule: "budget", prune: true },
  drop: judged("drop"),
  keep: judged("keep"),
};

mkdirSync(values.out, { recursive: true });
await bars.startBackend();
for (const problem of values.problems.split(",")) {
  // A problem without a budget stays without one.
  const own = bars.experiments.plantedSearch(problem).cost.method;
  const { cost, ...others } = bars.config.searchRepairs;
  const repairs = own === "none" ? others : { ...others, cost };
  const search = values.set.reduce(withAssignment, values.repairs ? repairs : {});
  for (const name of values.rules.split(",")) {
    const outcomes = [];
    for (let seed = 0; seed < Number(values.seeds); seed++) {
      const derive = rules[name];
      outcomes.push(
        await bars.experiments.solvePlanted(problem, seed, {
          directory: values.out,
          search: layered({}, search),
          derive,
        }),
      );
    }
    const solved = outcomes.filter((outcome) => outcome.solved).length;
    const accuracies = outcomes.map(({ accuracy }) => accuracy.toFixed(2)).join(" ");
    const costs = outcomes.map(({ bops }) => (bops / 1e3).toFixed(0)).join(" ");
    console.log(
      `${problem}  ${name}: solved within the budget ${solved} of ${outcomes.length}  accuracy ${accuracies}  kBOPs ${costs}`,
    );
  }
}
