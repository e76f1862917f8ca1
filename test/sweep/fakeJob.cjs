// A job process whose search and training are pretended: everything else (lock, outcome, messages) is the library's.
// FAKE_JOBS: JSON of { "<job name>": { ms, together, once, locked, crash, kill, diverge, fail } }; `together`: begins its `ms` when
// that many jobs have begun in all; `locked`: when it ends, another machine has the lock, as a second sweep would; `once`: `ms` until it has saved once. FAKE_TRACE: file that gets a line for each
// beginning and end of a step.
const { appendFileSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { basename, dirname, join } = require("node:path");

const dist = join(__dirname, "../../lib/dist");
const { jobProcessMain } = require(join(dist, "sweep/jobMain.js"));
const { DivergenceError, InterruptedError } = require(join(dist, "util/errors.js"));

async function train(config, model, { directory, progress, signal }) {
  const name = basename(dirname(directory)).replace(/-[0-9a-f]{8}$/, "");
  const plan = JSON.parse(process.env.FAKE_JOBS ?? "{}")[name] ?? {};
  const trace = (event) => appendFileSync(process.env.FAKE_TRACE, `${event} ${name} ${process.pid}\n`);
  trace("begin");
  mkdirSync(directory, { recursive: true });
  progress.start("epoch 1/1", 100, "batches");
  const resumed = plan.once && readFileSync(process.env.FAKE_TRACE, "utf8").includes(`saved ${name}`);
  const begun = () => readFileSync(process.env.FAKE_TRACE, "utf8").split("begin ").length - 1;
  while (begun() < (plan.together ?? 0)) await new Promise((resolve) => setTimeout(resolve, 20));
  if (plan.locked) {
    const owner = { pid: 1, host: "another-machine", since: new Date().toISOString() };
    const lock = join(dirname(directory), "owner.lock");
    process.on("exit", () => writeFileSync(lock, JSON.stringify(owner)));
  }
  const end = Date.now() + (resumed ? 0 : (plan.ms ?? 0));
  while (Date.now() < end) {
    if (signal.aborted) {
      trace("saved");
      throw new InterruptedError("train: stopped in epoch 0; everything is saved.");
    }
    progress.update(100 - Math.floor((100 * (end - Date.now())) / plan.ms), { loss: "1.5" });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (plan.kill) process.kill(process.pid, "SIGKILL");
  if (plan.crash) {
    console.error("Segmentation fault (pretended)");
    process.exit(134);
  }
  if (plan.diverge) throw new DivergenceError("train: the loss became NaN in epoch 0.");
  if (plan.fail) throw new Error("something unforeseen");
  const record = {
    status: "finished",
    configHash: `${config.seed} ${model.name}`,
    cost: { flops: 1e5, bops: 2e6, ops: 131250 },
    threads: process.env.BARS_ONNX_THREADS ?? null,
  };
  writeFileSync(join(directory, "record.json"), JSON.stringify(record));
  trace("end");
  return record;
}

jobProcessMain(process.argv.at(-1), {
  search: () => Promise.reject(new Error("no search here")),
  train,
});
