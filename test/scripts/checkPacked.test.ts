import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = resolve(__dirname, "../..");

it("the library runs from its archive in an empty project, with what its manifest declares and nothing else", async () => {
  const script = resolve(root, "scripts/check-packed.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [script, "--linked"], { cwd: root });
  expect(stdout).toMatch(/^bars \S+ and tfjs-onnxruntime \(ONNX Runtime \S+\) work from their archives\.$/m);
});
