import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { runDocBlocks } from "../../../test/helpers/docBlocks";

const known = ["@tensorflow/tfjs-core", "protobufjs/light"];
const source = resolve(__dirname, "../src");

describe("tfjs-onnxruntime", () => {
  it("works alone, by the lines of its README", async () => {
    const { printed } = await runDocBlocks("packages/tfjs-onnxruntime/README.md");
    expect(printed.join("").replace(/\s+/g, "")).toBe("Float32Array(4)[21,21,21,21]");
  });

  it("imports nothing but itself, Node and the packages it depends on", () => {
    const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".ts"),
    );
    const foreign = files.flatMap((file) => {
      const code = readFileSync(join(source, file), "utf8");
      const isOwn = (name: string) =>
        name.startsWith(".") && resolve(source, dirname(file), name).startsWith(source + sep);
      return [...code.matchAll(/from "([^"]+)"/g)]
        .map(([, specifier]) => specifier as string)
        .filter((name) => !isOwn(name) && !name.startsWith("node:") && !known.includes(name))
        .map((name) => `${file}: ${name}`);
    });
    expect(files.length).toBeGreaterThan(30);
    expect(foreign).toEqual([]);
  });
});
