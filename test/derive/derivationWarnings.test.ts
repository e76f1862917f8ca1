import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { searchConfig } from "../../lib/config/searchConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { deriveInputOf, restingAt } from "../../lib/derive/alphasAt";
import { derivationWarnings } from "../../lib/derive/derivationWarnings";
import { derive } from "../../lib/derive/derive";
import type { EpochRecord, SearchRecord } from "../../lib/records/searchRecord";
import { type GenotypeEdge, genotype } from "../../lib/space/genotype";
import { uniformAlphas } from "../../lib/space/randomAlphas";

const space = spaceConfig({
  cellLayout: [0, 1, 0],
  steps: 3,
  widthChoices: [0.5, 1],
  searchDepth: true,
  initChannels: 4,
});
const edge = (from: number, to: number): GenotypeEdge => ({ from, to, primitive: "bin_conv_3x3" });
const whole = [edge(0, 1), edge(0, 2), edge(0, 3)];
const texts = (cells: GenotypeEdge[][], layout: object = {}, changes: object = {}) =>
  derivationWarnings(
    genotype({ ...space, ...changes }, { cells, depth: [1, 1], width: [1, 1], ...layout }),
  ).map(({ kind, text }) => [kind, text]);

describe("derivationWarnings", () => {
  it("says nothing of an architecture whose every node is fed, at full width", () => {
    expect(texts([whole, whole])).toEqual([]);
  });

  it("names an empty cell, and what is left of it", () => {
    expect(texts([[], whole])).toEqual([
      [
        "emptyCell",
        "cell group 0 is empty: none on every edge; all that its cells give of an image is their shortcut",
      ],
    ]);
    expect(texts([[], whole], {}, { cellShortcut: "none" })[0]?.[1]).toContain(
      "what its cells give is the same for every image",
    );
    expect(texts([[], whole], { depth: [0, 0] })[0]?.[1]).toContain("(no cell of this group is built)");
  });

  it("names a cell whose operations do not begin at its input, although it has some", () => {
    const [empty, unfed, ...others] = texts([whole, [edge(1, 2), edge(2, 3)]]);
    expect(empty).toEqual([
      "emptyCell",
      "cell group 1 is empty: nothing reaches its output, as no operation starts at its input; all that its cells give of an image is their shortcut",
    ]);
    expect(unfed?.[0]).toBe("unfedOperation");
    expect(unfed?.[1]).toContain("bin_conv_3x3 1->2, bin_conv_3x3 2->3 start at a node nothing feeds");
    expect(others).toEqual([]);
  });

  it("names nodes that nothing feeds, and the operations that start there", () => {
    expect(texts([whole, [edge(0, 2), edge(1, 3)]])).toEqual([
      [
        "unfedNode",
        "cell group 1: no operation leads from the input to nodes 1, 3, whose channels of the output are the same for every image",
      ],
      [
        "unfedOperation",
        "cell group 1: bin_conv_3x3 1->3 starts at a node nothing feeds, so it adds the same to every image and costs as much as others; option prune=true leaves it out",
      ],
    ]);
  });

  it("names stages at the least width, unless there is no other", () => {
    const [[kind, text] = []] = texts([whole, whole], { width: [0.5, 1] });
    expect(kind).toBe("leastWidth");
    expect(text).toContain("stage 0: the width is the least of the space, 0.5,");
    expect(texts([whole, whole], { width: [0.5, 0.5] })[0]?.[1]).toContain("stages 0, 1: the width");
    const perCell = { widthPer: "cell", cellLayout: [0, 0, 1] };
    const [, own] = texts([whole, whole], { depth: [2, 0], width: [0.5, 0.5, 0.5] }, perCell)[0] as string[];
    expect(own).toContain("stage 1 and cells 0, 1: the width is the least of the space, 0.5,");
    expect(texts([whole, whole], {}, { widthChoices: [1] })).toEqual([]);
  });

  const config = searchConfig({ epochs: 3, warmupEpochs: 2, space });
  const alphas = uniformAlphas(config.space);
  const epochs = [true, true, false].map((warmup, epoch) => ({ epoch, warmup, alphas }) as EpochRecord);
  const record = { config, startAlphas: alphas, epochs, chosen: null } as unknown as SearchRecord;

  it.each([
    ["start", "all"],
    [0, "all"],
    [1, "all"],
    [2, "none"],
    ["last", "none"],
    [{ from: 0, to: 1 }, "all"],
    [{ from: 1, to: 2 }, "some"],
  ] as const)("knows of epoch %j that %s of its alphas rest", (epoch, resting) => {
    expect(restingAt(record, epoch)).toBe(resting);
    const words = derive(deriveInputOf(record, epoch)).warnings.filter(({ kind }) => kind === "warmup");
    expect(words.map(({ text }) => text.split(/[:,]/)[0])).toEqual(
      {
        all: ["the search was still warming up"],
        some: ["some of the epochs averaged were warm-up"],
        none: [],
      }[resting],
    );
  });

  it("needs no tensor engine and no Node, so that a web page can show it", () => {
    const seen = new Set<string>();
    const look = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      const source = readFileSync(file, "utf8");
      expect(source, file).not.toMatch(/from "node:/);
      for (const [, specifier] of source.matchAll(/^(?:import|export) (?!type\b).*from "(\.[^"]+)"/gms))
        look(`${resolve(file, "..", specifier as string)}.ts`);
    };
    look(resolve(__dirname, "../../lib/derive/derivationWarnings.ts"));
    expect([...seen].filter((file) => file.includes("/backend/"))).toEqual([]);
  });
});
