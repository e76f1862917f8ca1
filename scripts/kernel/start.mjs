// The project's Jupyter kernel: tslab, which compiles and runs the cells, with what it lacks put right before it
// starts. jupyter/kernels/tslab/kernel.json runs it as
//   node scripts/kernel/start.mjs --config-path CONNECTION_FILE
//
// tslab's classes are wrapped, not copied: each change is one function in a file beside this one, which takes the
// exports it changes. It must be the very copy of tslab that cells reach by `require("tslab")`: the one of the project.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../ensure-installed.mjs";
import { answerCommInfo } from "./comm-info.mjs";
import { answerComms } from "./comms.mjs";
import { reportInterrupts, reportRejections } from "./interrupt-line.mjs";
import { keepBusy } from "./keep-busy.mjs";

function main() {
  const { values } = parseArgs({ options: { "config-path": { type: "string" } } });
  const configPath = values["config-path"];
  if (!configPath || !existsSync(configPath)) {
    throw new Error(
      `--config-path expects the connection file that Jupyter wrote, got ${configPath ?? "nothing"}. Jupyter starts this; use npm run lab.`,
    );
  }
  const require = createRequire(join(root, "package.json"));
  if (!existsSync(join(root, "node_modules/tslab"))) {
    throw new Error(`tslab is not installed in ${root}. Run npm ci there.`);
  }
  const { ZmqServer } = require("tslab/dist/jupyter.js");
  keepBusy(ZmqServer);
  answerCommInfo(ZmqServer);
  answerComms(ZmqServer);
  reportInterrupts(require("tslab/dist/executor.js"));
  // Another tslab near the notebook would not have these changes.
  require("tslab/dist/main.js").startKernel({ configPath, enableFindLocal: false });
  reportRejections();
}

try {
  main();
} catch (error) {
  console.error(`kernel: ${error.message}`);
  process.exitCode = 1;
}
