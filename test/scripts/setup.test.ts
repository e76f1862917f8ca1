import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { root, scriptModule } from "./scriptModule";

interface KernelSpec {
  readonly argv: string[];
  readonly display_name: string;
  readonly language: string;
}
let nodeProblem: (version: string, range: string) => { fatal: boolean; message: string } | null;
let outdatedPackages: (folder: string) => string[] | null;
let installKernel: (kernels: string, force?: boolean) => string;
let removeKernel: (kernels: string, force?: boolean) => string;
let userKernels: (env: Record<string, string>, platform: string, home: string) => string;
let serverArguments: (kind: string, version: string, isRoot: boolean) => string[];
let jupyterEnvironment: (env: Record<string, string>) => Record<string, string>;
let countsLine: (report: object) => string;

beforeAll(async () => {
  ({ nodeProblem, outdatedPackages } = await scriptModule<{
    nodeProblem: typeof nodeProblem;
    outdatedPackages: typeof outdatedPackages;
  }>("ensure-installed.mjs"));
  ({ installKernel, removeKernel, userKernels } = await scriptModule<{
    installKernel: typeof installKernel;
    removeKernel: typeof removeKernel;
    userKernels: typeof userKernels;
  }>("install-kernel.mjs"));
  ({ serverArguments } = await scriptModule<{ serverArguments: typeof serverArguments }>("jupyter.mjs"));
  ({ jupyterEnvironment } = await scriptModule<{ jupyterEnvironment: typeof jupyterEnvironment }>(
    "jupyter-environment.mjs",
  ));
  ({ countsLine } = await scriptModule<{ countsLine: typeof countsLine }>("test.mjs"));
});

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "bars-setup-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("nodeProblem", () => {
  it("accepts what package.json accepts", () => {
    const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      engines: { node: string };
    };
    expect(nodeProblem(process.version, engines.node)).toBeNull();
    expect(nodeProblem("v20.0.0", ">=20 <25")).toBeNull();
    expect(nodeProblem("v24.9.1", ">=20 <25")).toBeNull();
  });

  it("stops on older versions and says what to do", () => {
    expect(nodeProblem("v18.20.0", ">=20 <25")).toEqual({
      fatal: true,
      message:
        "bars needs Node 20 to 24, this is v18.20.0. Install a current one from https://nodejs.org and run the command again.",
    });
  });

  it("warns on newer ones and goes on", () => {
    expect(nodeProblem("v25.0.0", ">=20 <25")?.fatal).toBe(false);
  });
});

describe("outdatedPackages", () => {
  const project = (wanted: object, installed: object | null) => (folder: string) => {
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages: wanted }));
    if (installed === null) return outdatedPackages(folder);
    for (const place of Object.keys(installed)) mkdirSync(join(folder, place), { recursive: true });
    writeFileSync(join(folder, "node_modules/.package-lock.json"), JSON.stringify({ packages: installed }));
    return outdatedPackages(folder);
  };
  const a = "node_modules/a";

  it("is null where nothing is installed", () => {
    expect(inFolder(project({ [a]: { version: "1.0.0" } }, null))).toBeNull();
  });

  it("finds missing packages and other versions, not absent optional ones, links and the project itself", () => {
    const wanted = {
      "": { version: "0.1.0" },
      lib: { version: "0.1.0" },
      "node_modules/bars": { link: true },
      [a]: { version: "2.0.0" },
      "node_modules/b": { version: "1.0.0" },
      "node_modules/c": { version: "1.0.0" },
      "node_modules/d": { version: "1.0.0", optional: true },
    };
    const installed = { [a]: { version: "1.0.0" }, "node_modules/b": { version: "1.0.0" } };
    expect(inFolder(project(wanted, installed))).toEqual([a, "node_modules/c"]);
  });

  it("finds nothing in this project, whose packages are installed", () => {
    expect(outdatedPackages(root)).toEqual([]);
  });
});

describe("the kernel", () => {
  const spec = JSON.parse(
    readFileSync(join(root, "jupyter/kernels/tslab/kernel.json"), "utf8"),
  ) as KernelSpec;

  it("is named after the project and starts the project's own launcher", () => {
    expect(spec.display_name).toBe("TypeScript (bars)");
    expect(spec.language).toBe("typescript");
    const [, script = ""] = spec.argv;
    expect(existsSync(resolve(script.replace("{resource_dir}", join(root, "jupyter/kernels/tslab"))))).toBe(
      true,
    );
    expect(spec.argv).toContain("{connection_file}");
  });

  it("is installed for a user with absolute paths, and removed again", () =>
    inFolder((folder) => {
      const file = installKernel(folder);
      const installed = JSON.parse(readFileSync(file, "utf8")) as KernelSpec;
      expect(installed.argv.slice(0, 2)).toEqual([process.execPath, join(root, "scripts/kernel/start.mjs")]);
      expect(installed.argv.slice(2)).toEqual(spec.argv.slice(2));
      expect(installKernel(folder)).toBe(file);
      expect(removeKernel(folder)).toBe(`Removed ${join(folder, "tslab")}.`);
      expect(existsSync(file)).toBe(false);
      expect(removeKernel(folder)).toBe(`There is no ${file}.`);
    }));

  it("replaces no kernel of that name that is not this project's, unless forced", () =>
    inFolder((folder) => {
      const file = join(folder, "tslab/kernel.json");
      mkdirSync(join(folder, "tslab"));
      writeFileSync(file, JSON.stringify({ argv: ["tslab"] }));
      expect(() => installKernel(folder)).toThrow(
        `${file} is another kernel of that name. Add --force to replace it.`,
      );
      expect(() => removeKernel(folder)).toThrow(
        `${file} is another kernel of that name. Add --force to remove it.`,
      );
      expect(installKernel(folder, true)).toBe(file);
    }));

  it.each([
    [{}, "linux", "/home/a/.local/share/jupyter/kernels"],
    [{ XDG_DATA_HOME: "/x" }, "linux", "/x/jupyter/kernels"],
    [{ JUPYTER_DATA_DIR: "/j" }, "darwin", "/j/kernels"],
    [{}, "darwin", "/home/a/Library/Jupyter/kernels"],
    [{ APPDATA: "/roaming" }, "win32", "/roaming/jupyter/kernels"],
  ])("goes with %o on %s to %s", (env, platform, folder) => {
    expect(userKernels(env as Record<string, string>, platform, "/home/a")).toBe(folder);
  });
});

describe("jupyter", () => {
  it("is started with the project as its root, in the words of each generation", () => {
    expect(serverArguments("lab", "4.2.0", false)).toEqual([
      "lab",
      `--ServerApp.root_dir=${root}`,
      "--LabApp.default_url=/lab/tree/notebooks",
    ]);
    expect(serverArguments("notebook", "7.1.0", true)).toEqual([
      "notebook",
      `--ServerApp.root_dir=${root}`,
      "--JupyterNotebookApp.default_url=/tree/notebooks",
      "--allow-root",
    ]);
    expect(serverArguments("notebook", "6.4.12", false)).toEqual([
      "notebook",
      `--notebook-dir=${root}`,
      "--NotebookApp.default_url=/tree/notebooks",
    ]);
  });

  it("finds this project's kernel before any other, and this Node", () => {
    const env = jupyterEnvironment({ PATH: "/bin", JUPYTER_PATH: "/other" });
    expect(env["JUPYTER_PATH"]).toBe(`${join(root, "jupyter")}:/other`);
    expect(env["PATH"]?.endsWith(":/bin")).toBe(true);
    expect(jupyterEnvironment({})["JUPYTER_PATH"]).toBe(join(root, "jupyter"));
  });
});

describe("countsLine", () => {
  const report = {
    numPassedTests: 12,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [],
  };

  it("counts passed and failed tests, and skipped ones where there are some", () => {
    expect(countsLine(report)).toBe("12 passed, 0 failed");
    expect(countsLine({ ...report, numPendingTests: 2, numTodoTests: 1 })).toBe(
      "12 passed, 0 failed, 3 skipped",
    );
  });

  it("counts a file that could not be loaded as failed", () => {
    const broken = { status: "failed", assertionResults: [] };
    expect(countsLine({ ...report, testResults: [broken] })).toBe("12 passed, 1 failed");
  });
});
