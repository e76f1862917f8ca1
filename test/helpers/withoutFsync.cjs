// For processes of tests: files need not outlive a power cut there, and on a busy disk each wait for it may take seconds. What
// tests start as processes of their own (the command line, kernels, workers) still waits.
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");

fs.fsyncSync = () => {};
syncBuiltinESMExports();
