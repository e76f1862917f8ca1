#!/usr/bin/env node
// The command line lives in dist/, which `npm install` compiles. Say so when it is missing.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const main = join(__dirname, "..", "dist", "cli", "main.js");
if (!existsSync(main)) {
  console.error('bars: lib/dist/cli/main.js is missing; the library is not compiled. Run "npm run build".');
  process.exit(1);
}
require("../dist/cli/restartKept.js").restartKept(process);
require("../dist/cli/runProgram.js").runProgram(process.argv, () => require(main));
