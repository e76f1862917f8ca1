import util from "node:util";

type Test = (value: unknown) => boolean;

const tests: Readonly<Record<string, Test>> = {
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: (value) => Array.isArray(value),
};

/**
 * Puts back the tests of `node:util` that tfjs-node 4.22 calls. Node 22 prints a deprecation warning when they
 * are used, Node 23 removed them; on older versions nothing is changed.
 */
export function restoreNodeUtil(target: object = util, nodeVersion = process.versions.node): void {
  const major = Number(nodeVersion.split(".")[0]);
  const members = target as Record<string, unknown>;
  for (const [name, test] of Object.entries(tests)) {
    if (major >= 22 || typeof members[name] !== "function") members[name] = test;
  }
}
