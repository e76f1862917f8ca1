import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { cSource } from "../../lib/packed/c/cSource";
import { planArena } from "../../lib/packed/c/planArena";
import { type PackedModel, programOf } from "../../lib/packed/packedModel";
import { inputsOf, outputsOf, slotLength } from "../../lib/packed/program";
import { ReferenceEngine } from "../../lib/packed/referenceEngine";
import { drawnBaselines, drawnGenotypes, drawnPrimitives, noise } from "./drawnModels";

const folder = mkdtempSync(join(tmpdir(), "bars-c-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hasGcc = spawnSync("gcc", ["--version"]).status === 0;
const strict = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"];
/** Some warnings are of the optimiser alone; it takes twice as long. */
const optimised = [...strict, "-O1"];

/** A program that holds some networks, each of which reads its images from a file and writes their logits to another. */
function mainOf(prefixes: readonly string[], count: number): string {
  const includes = prefixes.map(
    (prefix) => `#define ${prefix.toUpperCase()}_IMPLEMENTATION\n#include "${prefix}.h"`,
  );
  const runs = prefixes.map((prefix) => {
    const upper = prefix.toUpperCase();
    return `  {
    enum { size = ${upper}_IMAGE_SIZE * ${upper}_IMAGE_SIZE * ${upper}_IMAGE_CHANNELS };
    static float images[${count} * size], logits[${count} * ${upper}_CLASSES];
    FILE *in = fopen("${prefix}.images", "rb"), *out = fopen("${prefix}.logits", "wb");
    int i;
    if (!in || !out || fread(images, 4 * size, ${count}, in) != ${count}) return 1;
    for (i = 0; i < ${count}; i++) ${prefix}_run(images + i * size, logits + i * ${upper}_CLASSES);
    if (fwrite(logits, 4 * ${upper}_CLASSES, ${count}, out) != ${count}) return 1;
    fclose(in);
    fclose(out);
  }`;
  });
  return `#include <stdio.h>\n${includes.join("\n")}\nint main(void) {\n${runs.join("\n")}\n  return 0;\n}\n`;
}

const count = 2;

/** Compiles networks into one program, and compares the logits of every one, bit for bit. */
async function compare(
  models: readonly (readonly [string, () => PackedModel])[],
  flags: readonly string[],
  compiler = "gcc",
): Promise<void> {
  const made = models.map(([name, make], i) => {
    const model = make();
    const { text, prefix } = cSource(model, `n${i}_${name.replaceAll(/\W/g, "_")}`);
    writeFileSync(join(folder, `${prefix}.h`), text);
    const program = programOf(model);
    const size = program.imageSize ** 2 * program.imageChannels;
    const images = noise(name, count * size);
    writeFileSync(join(folder, `${prefix}.images`), new Uint8Array(images.buffer));
    return { prefix, program, images };
  });
  const file = compiler === "g++" ? "main.cpp" : "main.c";
  writeFileSync(
    join(folder, file),
    mainOf(
      made.map(({ prefix }) => prefix),
      count,
    ),
  );
  execFileSync(compiler, [...flags, file, "-o", "main"], { cwd: folder, stdio: "pipe" });
  execFileSync(join(folder, "main"), { cwd: folder });
  for (const { prefix, program, images } of made) {
    const expected = await new ReferenceEngine(program).run(images, count);
    const bytes = readFileSync(join(folder, `${prefix}.logits`));
    const got = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    expect([...got], prefix).toEqual([...expected]);
  }
}

const some = <T>(list: readonly T[], every: number) => list.filter((_, i) => i % every === 0);

describe.skipIf(!hasGcc)(
  "the C file of a packed network compiles without a warning and gives its logits, bit for bit",
  () => {
    it("of every primitive, both ways to halve the image, both borders", () =>
      compare(drawnPrimitives, strict));
    it("of every hand-made family and block", () => compare(drawnBaselines, optimised));
    it("of random genotypes in spaces and settings of all kinds", () => compare(drawnGenotypes, strict));

    const fma = /\bfma\b/.test(spawnSync("cat", ["/proc/cpuinfo"], { encoding: "utf8" }).stdout);
    it.skipIf(!fma)("where the processor could round products and sums at once, and the compiler may", () =>
      compare(some(drawnBaselines, 7), ["-std=gnu99", "-O3", "-march=native", "-ffp-contract=fast"]),
    );

    it.skipIf(spawnSync("g++", ["--version"]).status !== 0)("as C++", () =>
      compare(some(drawnGenotypes, 5), ["-std=c++11", "-Wall", "-Wextra", "-pedantic", "-Werror"], "g++"),
    );

    it("works in memory of the caller's, of the size it states, and makes pixels what the network reads", () => {
      const [, make] = drawnGenotypes[0] as (typeof drawnGenotypes)[0];
      const drawn = make();
      const model = {
        ...drawn,
        header: { ...drawn.header, classNames: ['say "P_x"', "ü??/", "c", "d", "e", "f", "*/"] },
      };
      const { text, arenaBytes, constantBytes } = cSource(model, "own");
      writeFileSync(join(folder, "own.h"), text);
      const main = `#define OWN_IMPLEMENTATION
#define OWN_NO_STATIC_MEMORY
#include "own.h"
#include <stdio.h>
int main(void) {
  static float reals[OWN_REALS + 1], image[OWN_IMAGE_SIZE * OWN_IMAGE_SIZE * OWN_IMAGE_CHANNELS], logits[OWN_CLASSES];
  static uint32_t bits[OWN_WORDS + 1];
  static uint8_t pixels[OWN_IMAGE_SIZE * OWN_IMAGE_SIZE * OWN_IMAGE_CHANNELS];
  pixels[0] = 51;
  reals[OWN_REALS] = 7.0f;
  bits[OWN_WORDS] = 7u;
  own_normalise(pixels, image);
  own_run_in(image, logits, reals, bits);
  printf("%d %d %.9g %s %s %s\\n", (int)OWN_MEMORY_BYTES, reals[OWN_REALS] == 7.0f && bits[OWN_WORDS] == 7u, image[0],
         own_class_names[0], own_class_names[1], own_class_names[6]);
  return 0;
}`;
      writeFileSync(join(folder, "own.c"), main);
      execFileSync("gcc", [...optimised, "own.c", "-o", "own"], { cwd: folder, stdio: "pipe" });
      const said = execFileSync(join(folder, "own"), { encoding: "utf8" });
      expect(said).toBe(
        `${arenaBytes} 1 ${Number(Math.fround((51 / 255 - 0.5) / 0.25).toPrecision(9))} say "P_x" ü??/ */\n`,
      );
      expect(constantBytes).toBeGreaterThan(0);
    });
  },
);

describe("the memory of a C file", () => {
  it("gives slots that are needed at once places of their own, and is smaller than all of them side by side", () => {
    for (const [name, make] of drawnGenotypes) {
      const program = programOf(make());
      for (const kind of ["real", "bits"] as const) {
        const { places, length } = planArena(program, kind);
        const lengthOf = (id: number) => slotLength(program.slots[id] as (typeof program.slots)[0]);
        const lives = new Map<number, [first: number, last: number]>();
        program.steps.forEach((step, s) => {
          for (const id of [...inputsOf(step), ...outputsOf(step)])
            lives.set(id, [lives.get(id)?.[0] ?? s, s]);
        });
        const life = (id: number) => lives.get(id) as [number, number];
        for (const [a, from] of places)
          for (const [b, other] of places) {
            if (a >= b || life(a)[1] < life(b)[0] || life(b)[1] < life(a)[0]) continue;
            expect(
              from + lengthOf(a) <= other || other + lengthOf(b) <= from,
              `${name} slots ${a} and ${b}`,
            ).toBe(true);
          }
        const all = [...places.keys()].reduce((sum, id) => sum + lengthOf(id), 0);
        expect(length).toBeLessThan(all);
      }
    }
  });
});

describe("a C file is not made", () => {
  const [, make] = drawnPrimitives[0] as (typeof drawnPrimitives)[0];

  it("with names that C cannot have", () => {
    expect(() => cSource(make(), "2nd net")).toThrow(
      'cSource: the prefix must be a C identifier that begins with a letter, got "2nd net".',
    );
    const model = make();
    const named = (name: string) =>
      cSource({ ...model, header: { ...model.header, model: { ...model.header.model, name } } }).prefix;
    expect([named("ResNet-20 (x0.5)"), named("12M"), named("—")]).toEqual([
      "resnet_20_x0_5",
      "net_12m",
      "net",
    ]);
  });

  it("of numbers that are not finite", () => {
    const model = make();
    const tensors = new Map(model.tensors).set("head.bias", new Float32Array(7).fill(Number.NaN));
    expect(() => cSource({ ...model, tensors })).toThrow(
      'cSource: "head.bias" should hold finite numbers, got NaN at place 0.',
    );
  });
});
