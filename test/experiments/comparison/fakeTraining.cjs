// A job process whose training is pretended: everything else (settings, lock, outcome) is the library's. The accuracy of
// each variant and seed is read from FAKE_ACCURACIES, JSON of { "<variant>": [seed 0, seed 1, …] }; a variant without
// any fails. Each training adds a line to FAKE_TRACE.
const { appendFileSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const dist = join(__dirname, "../../../lib/dist");
const { jobProcessMain } = require(join(dist, "sweep/jobMain.js"));
const { hashJson } = require(join(dist, "util/canonicalJson.js"));
const stored = join(__dirname, "../../../data/records/analysis/reference-train.json");

async function train(config, model, { directory }) {
  appendFileSync(process.env.FAKE_TRACE, `${model.name} ${config.seed}\n`);
  const accuracy = JSON.parse(process.env.FAKE_ACCURACIES)[model.name]?.[config.seed];
  if (accuracy === undefined) throw new Error(`${model.name} went wrong (pretended)`);
  const form = JSON.parse(readFileSync(stored, "utf8"));
  const record = {
    ...form,
    config,
    model,
    configHash: hashJson({ config, model }),
    epochs: form.epochs.slice(0, config.epochs),
    best: null,
    tests: form.tests.map((test) => ({
      ...test,
      accuracy,
      correct: Math.round(accuracy * test.images),
      epoch: Math.min(test.epoch, config.epochs - 1),
    })),
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "record.json"), JSON.stringify(record));
  return record;
}

jobProcessMain(process.argv.at(-1), {
  search: () => Promise.reject(new Error("no search here")),
  train,
});
