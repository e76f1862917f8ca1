// Wheels by pip, packages by npm, each exactly as the user has configured it. Nothing is installed.
import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { megabytes, run, SetupError, works } from "./steps.mjs";

async function sha256(file) {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}

/**
 * Downloads wheels with pip and compares each file with the hash the index announced. They are taken for one
 * fixed Python, whatever the user's is: the library inside does not depend on it.
 */
export async function downloadWheels(python, requirements, folder) {
  if (!works(python, ["-m", "pip", "--version"])) {
    throw new SetupError(
      `${python} has no pip; install it (Debian: apt install python3-pip), or pass a wheel with --wheel.`,
    );
  }
  const failure = `pip could not get ${requirements.join(", ")}; check its configuration and the network, or pass a wheel with --wheel.`;
  const common = ["--no-deps", "--only-binary=:all:", "--python-version", "3.11", ...requirements];
  const report = join(folder, "report.json");
  const dry = ["--dry-run", "--ignore-installed", "--target", join(folder, "unused"), "--report", report];
  run(python, ["-m", "pip", "install", "--quiet", ...dry, ...common], failure);
  const announced = JSON.parse(readFileSync(report, "utf8")).install.map(({ download_info }) => ({
    name: decodeURIComponent(basename(new URL(download_info.url).pathname)),
    hash: download_info.archive_info?.hashes?.sha256,
  }));
  // pip draws its own bar on the terminal; its warnings about retries are kept for the case of failure.
  const stdio = ["ignore", process.stdout.isTTY ? "inherit" : "pipe", "pipe"];
  run(python, ["-m", "pip", "download", "--dest", folder, ...common], failure, { stdio });
  for (const { name, hash } of announced) {
    const got = await sha256(join(folder, name));
    if (hash !== undefined && got !== hash) {
      throw new SetupError(
        `${name}: expected sha256 ${hash}, got ${got}; the download is damaged, try again.`,
      );
    }
    const checked =
      hash === undefined ? `the index announces no hash; sha256 is ${got}` : "sha256 as announced";
    console.log(`      ${name}, ${megabytes(statSync(join(folder, name)).size)}, ${checked}`);
  }
  return announced.map(({ name }) => join(folder, name));
}

/** Unzips the members of a wheel that match the regular expression. */
export function extract(python, wheel, pattern, folder) {
  const program = [
    "import re, sys, zipfile",
    "with zipfile.ZipFile(sys.argv[1]) as wheel:",
    "  for member in wheel.namelist():",
    "    if re.match(sys.argv[2], member) and not member.endswith('/'): wheel.extract(member, sys.argv[3])",
  ].join("\n");
  const failure = `${basename(wheel)} cannot be unzipped; delete it and try again.`;
  run(python, ["-c", program, wheel, pattern, folder], failure);
}

/** Fetches an npm package (npm checks its integrity), unpacks it and returns the folder of its files. */
export function fetchPackage(python, spec, folder) {
  mkdirSync(folder, { recursive: true });
  const failure = `npm could not fetch ${spec}; check the network and npm's registry setting.`;
  run("npm", ["pack", spec, "--silent", "--ignore-scripts", "--pack-destination", folder], failure, {
    cwd: folder,
  });
  const archive = readdirSync(folder).find((entry) => entry.endsWith(".tgz"));
  run(
    python,
    ["-m", "tarfile", "-e", join(folder, archive), folder],
    `${archive} cannot be unpacked; try again.`,
  );
  return join(folder, "package");
}

/**
 * The CUDA libraries that the TensorFlow wheel's own metadata lists (its extra "and-cuda"), put where its library
 * looks for them: `nvidia/<part>/lib` beside the folder the library is in.
 */
export async function addCuda(python, metadata, downloads, beside) {
  const listed = metadata.matchAll(/^Requires-Dist: (nvidia-[\w-]+)\s*\(?([^;)\s]*)\)?\s*;.*and-cuda/gm);
  const requirements = [...listed].map(([, name, version]) => `${name}${version}`);
  if (requirements.length === 0) {
    throw new SetupError("this wheel lists no CUDA libraries; install CUDA and cuDNN and use --system-cuda.");
  }
  console.log(`      and ${requirements.length} CUDA packages (about 2.5 GB)`);
  for (const wheel of await downloadWheels(python, requirements, downloads)) {
    extract(python, wheel, "nvidia/[^/]+/(lib|bin|nvvm)/", beside);
  }
}
