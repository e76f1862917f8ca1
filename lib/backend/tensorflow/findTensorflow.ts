import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { EngineUnavailable } from "../engine";

/** A copy of tfjs-node on disk, complete with its native addon. */
export interface TensorflowPackage {
  readonly folder: string;
  /** How messages and records call it: no absolute path. */
  readonly label: string;
  readonly version: string;
  /** Whether the TensorFlow library under it was built for graphics cards too. */
  readonly gpu: boolean;
}

/** Where to look. The defaults are this project and its node_modules. */
export interface SearchPlaces {
  /** The search for `vendor/tfjs-node` begins here and goes up to the root. */
  readonly from: string;
}

const remedy = "Run npm run setup:tensorflow, or npm install @tensorflow/tfjs-node where its download works.";

/**
 * Finds the tfjs-node to load: first `vendor/tfjs-node`, which `npm run setup:tensorflow` builds, then an
 * installed package. For `"gpu"` only builds for graphics cards count.
 *
 * A package called `@tensorflow/tfjs-node` whose manifest says otherwise is an npm alias of another package and
 * is not taken for it.
 *
 * @throws EngineUnavailable if there is none.
 */
export function findTensorflow(
  device: "cpu" | "gpu",
  { from }: SearchPlaces = { from: __dirname },
): TensorflowPackage {
  const broken: string[] = [];
  const names = device === "gpu" ? ["tfjs-node-gpu"] : ["tfjs-node", "tfjs-node-gpu"];
  const places: [label: string, folder: string | undefined][] = [["vendor/tfjs-node", vendored(from)]];
  for (const name of names) places.push([`@tensorflow/${name}`, installed(from, `@tensorflow/${name}`)]);
  for (const [label, folder] of places) {
    if (folder === undefined) continue;
    const found = describe(label, folder);
    if (!hasAddon(folder)) broken.push(`${label} has no native addon`);
    else if (device === "gpu" && !found.gpu) broken.push(`${label} was built for the processor only`);
    else return found;
  }
  if (broken.length === 0) throw new EngineUnavailable("not installed", remedy);
  throw new EngineUnavailable(
    broken.join(", "),
    device === "gpu" ? "Run npm run setup:tensorflow -- --gpu." : remedy,
  );
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  /** Written by setup:tensorflow. */
  readonly bars?: { readonly gpu: boolean };
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

function describe(label: string, folder: string): TensorflowPackage {
  const { name, version, bars } = manifestOf(folder);
  return { folder, label, version, gpu: bars?.gpu ?? name.endsWith("-gpu") };
}

function vendored(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "vendor", "tfjs-node");
    if (existsSync(join(candidate, "package.json"))) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

function installed(from: string, name: string): string | undefined {
  try {
    const manifest = createRequire(join(from, "anywhere.js")).resolve(`${name}/package.json`);
    return manifestOf(dirname(manifest)).name === name ? dirname(manifest) : undefined;
  } catch {
    return undefined;
  }
}

/** The addon lies in `lib/napi-v<N>/`, N being the Node-API version it was built for. */
function hasAddon(folder: string): boolean {
  const lib = join(folder, "lib");
  if (!existsSync(lib)) return false;
  return readdirSync(lib).some(
    (entry) => entry.startsWith("napi-v") && existsSync(join(lib, entry, "tfjs_binding.node")),
  );
}
