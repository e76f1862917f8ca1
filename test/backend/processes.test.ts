import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackendInfo } from "../../lib/backend";

// Runs the compiled back end room in processes of its own: what users get, not what the test runner makes of it.
const root = resolve(__dirname, "../..");
let compiled: string;

beforeAll(() => {
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  compiled = mkdtempSync(join(cache, "bars-backend-"));
  const project = join(compiled, "tsconfig.json");
  const settings = {
    extends: join(root, "lib/tsconfig.json"),
    compilerOptions: { rootDir: join(root, "lib"), outDir: join(compiled, "out"), declaration: false },
    files: [join(root, "lib/backend/index.ts")],
    include: [],
  };
  writeFileSync(project, JSON.stringify(settings));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  spawnSync(process.execPath, [compiler, "-p", project], { cwd: root });
  expect(existsSync(join(compiled, "out/backend/index.js"))).toBe(true);
});

afterAll(() => rmSync(compiled, { recursive: true, force: true }));

/** Starts an engine in a new process, takes a gradient, and returns what it printed. */
function start(environment: Record<string, string | undefined>) {
  const program = `
    const { startBackend, tf } = require(${JSON.stringify(join(compiled, "out/backend"))});
    startBackend().then((info) => {
      const loss = (w) => tf.sum(tf.conv2d(tf.ones([1, 4, 4, 2]), w, 2, "same"));
      const dw = Array.from(tf.grad(loss)(tf.ones([3, 3, 2, 1])).dataSync());
      console.log(JSON.stringify({ info, engine: tf.getBackend(), dw }));
    }, (error) => { console.error(error.name + ": " + error.message); process.exitCode = 3; });`;
  const env = { ...process.env, ...environment };
  for (const [name, value] of Object.entries(environment)) if (value === undefined) delete env[name];
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", program], {
    cwd: root,
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

function expectStarted(run: ReturnType<typeof start>): BackendInfo {
  expect(run).toMatchObject({ status: 0, stderr: "" });
  const { info, dw } = JSON.parse(run.stdout) as { info: BackendInfo; dw: number[] };
  // Padding (0, 1): windows begin at 0 and 2; the last tap of the second one lies outside.
  const reach = [2, 2, 1];
  expect(dw).toEqual(reach.flatMap((rows) => reach.flatMap((columns) => [rows * columns, rows * columns])));
  return info;
}

const vendored = existsSync(join(root, "vendor/tfjs-node/package.json"));

describe("a process", () => {
  it.each(["cpu", "wasm", "onnx"])("honours BARS_BACKEND=%s and prints nothing of its own", (name) => {
    expect(expectStarted(start({ BARS_BACKEND: name })).name).toBe(name);
  });

  it("without BARS_BACKEND says of every engine before the chosen one why it was passed over", () => {
    const info = expectStarted(start({ BARS_BACKEND: undefined }));
    const order = ["tfjs-node-gpu", "onnx", "tfjs-node", "wasm", "cpu"];
    const before = order.slice(0, order.indexOf(info.name));
    expect(info.passedOver.map((line) => line.split(":")[0])).toEqual(before);
    for (const line of info.passedOver) expect(line).toMatch(/^[\w-]+: \S.{5,}[^.]$/);
    expect(info.passedOver.join()).not.toContain(root);
  });

  it("ends with the reason if the engine it insists on does not start", () => {
    const run = start({ BARS_BACKEND: "tfjs-node-gpu", CUDA_VISIBLE_DEVICES: "-1" });
    expect(run.status).toBe(3);
    expect(run.stderr).toMatch(
      /^BackendError: BARS_BACKEND: the engine tfjs-node-gpu does not start: \S.*\. \S.*\.$/m,
    );
  });

  it.skipIf(!vendored)(
    "runs TensorFlow in silence where setup:tensorflow has been run (skipped elsewhere)",
    () => {
      const info = expectStarted(start({ BARS_BACKEND: "tfjs-node", TF_CPP_MIN_LOG_LEVEL: undefined }));
      expect(info.name).toBe("tfjs-node");
      expect(info.version).toMatch(/^4\.22\.0, TensorFlow 2\.\d+\.\d+$/);
    },
  );
});
