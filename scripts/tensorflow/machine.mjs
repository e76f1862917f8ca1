// What the machine must bring, and whether a wheel fits it.
import { basename } from "node:path";
import { SetupError, works } from "./steps.mjs";

export function findPython(asked) {
  const candidates = asked ? [asked] : ["python3", "python"];
  const test = "import sys, zipfile, tarfile; assert sys.version_info >= (3, 8)";
  const python = candidates.find((name) => works(name, ["-c", test]));
  if (python) return python;
  throw new SetupError(
    `no Python 3.8 or newer found as ${candidates.join(" or ")}; install python3 ` +
      "(Debian: apt install python3 python3-pip) or name one with --python.",
  );
}

export function findCompiler(asked = process.env.CXX) {
  const candidates = asked ? [asked] : ["g++", "c++", "clang++"];
  const compiler = candidates.find((name) => works(name, ["--version"]));
  if (compiler) return compiler;
  throw new SetupError(
    `no C++ compiler found as ${candidates.join(", ")}; install one (Debian: apt install g++) or name one in CXX.`,
  );
}

/** The version of the C library this Node runs on. */
export function findGlibc(platform = process.platform, report = process.report.getReport()) {
  if (platform !== "linux") {
    throw new SetupError(
      `this script knows Linux only, got ${platform}; there, npm install @tensorflow/tfjs-node brings a ready-made library.`,
    );
  }
  const glibc = report.header.glibcVersionRuntime;
  if (glibc) return glibc;
  throw new SetupError(
    "TensorFlow's wheels need glibc, and this Node runs on another C library (musl); use a Debian-like system.",
  );
}

/** The oldest glibc a wheel runs on, from its name: `manylinux_2_27_x86_64`; `manylinux2014` means 2.17. */
function neededGlibc(wheelName) {
  const versions = [...wheelName.matchAll(/manylinux_(\d+)_(\d+)/g)].map((match) =>
    match.slice(1).map(Number),
  );
  if (wheelName.includes("manylinux2014")) versions.push([2, 17]);
  return versions.sort((a, b) => a[0] - b[0] || a[1] - b[1])[0];
}

export function checkWheel(wheel, glibc, arch = process.arch) {
  const name = basename(wheel);
  if (!/^tensorflow(_cpu)?-[^-]+-.*\.whl$/.test(name)) {
    throw new SetupError(`expected a wheel named tensorflow-*.whl or tensorflow_cpu-*.whl, got ${name}.`);
  }
  const architecture = { x64: "x86_64", arm64: "aarch64" }[arch] ?? arch;
  if (!name.includes(`linux`) || !name.includes(`_${architecture}`)) {
    throw new SetupError(`expected a wheel for Linux on ${architecture}, got ${name}.`);
  }
  const needed = neededGlibc(name);
  const [major, minor] = glibc.split(".").map(Number);
  if (needed && (major < needed[0] || (major === needed[0] && minor < needed[1]))) {
    throw new SetupError(
      `${name} needs glibc ${needed.join(".")}, this machine has ${glibc}; choose an older TensorFlow with --version.`,
    );
  }
}
