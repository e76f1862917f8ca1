import { genotypeJson } from "../../space/genotypeJson";
import { csvCell } from "../../util/csvCell";
import { fileNameOf } from "../shared/fileNameOf";
import { codeOf } from "./deriveCode";
import type { Derived } from "./derived";

interface Named {
  readonly name: string;
  readonly derived: Derived;
}

/** Code that derives all of them again and shows them as a table, or as a sheet of drawings. */
export function pinnedCode(pinned: readonly Named[], what: "table" | "sheet"): string {
  const entries = pinned.map(({ name, derived }) => `  ${codeOf(name)}: ${derived.code},`).join("\n");
  const all = `const pinned = {\n${entries}\n};\n`;
  if (what === "sheet")
    return `${all}bars.showSvg(bars.figures.genotypeSheet(Object.entries(pinned).map(([name, { genotype, cost, confidence }]) => ({ name, genotype, cost, confidence }))), "pinned");`;
  return `${all}bars.showTable(Object.entries(pinned).map(([name, { genotype, cost, logProbability }]) => ({ name, operations: genotype.cells.flat().length, depth: genotype.depth.join(" "), width: genotype.width.join(" "), flops: cost.flops, bops: cost.bops, ops: cost.ops, bits: cost.bits, logProbability })));`;
}

/** One row each. Costs of one image, one multiply-accumulate = 1. */
export function pinnedCsv(pinned: readonly Named[]): string {
  const columns = [
    "name",
    "operations",
    "depth",
    "width",
    "flops",
    "bops",
    "ops",
    "bits",
    "lnProbability",
    "genotype",
  ];
  const rows = pinned.map(({ name, derived: { derivation, hash } }) => {
    const { genotype, cost, logProbability } = derivation;
    const { flops, bops, ops, bits } = cost;
    const operations = genotype.cells.flat().length;
    return [
      name,
      operations,
      genotype.depth.join(" "),
      genotype.width.join(" "),
      flops,
      bops,
      ops,
      bits,
      logProbability ?? "",
      hash,
    ];
  });
  return [columns, ...rows].map((row) => `${row.map(csvCell).join(",")}\n`).join("");
}

/**
 * A sweep file that trains each from scratch, and the genotype files it names, for the same folder. An architecture that is pinned more
 * than once is trained once; the note says what else it is called.
 */
export function pinnedSweep(pinned: readonly Named[]): {
  readonly text: string;
  readonly files: readonly (readonly [name: string, json: string])[];
} {
  const hashes = pinned.map(({ derived }) => derived.hash);
  const own = pinned.filter((_, i) => hashes.indexOf(hashes[i] as string) === i);
  const again = pinned.flatMap(({ name, derived: { hash } }, i) =>
    hashes.indexOf(hash) === i ? [] : [`${name} is ${pinned[hashes.indexOf(hash)]?.name}`],
  );
  const names = own.map(
    ({ name }, i) => `${String(i + 1).padStart(2, "0")}-${fileNameOf(name).slice(0, 60)}`,
  );
  const sweep = {
    kind: "bars.sweep",
    schema: 1,
    name: "pinned",
    note: [
      "Architectures pinned in bars.explore. Set preset, epochs and seeds as you need them.",
      ...(again.length > 0 ? [`The same architecture once: ${again.join("; ")}.`] : []),
    ].join(" "),
    common: { train: { preset: "laptop" }, seeds: [0] },
    runs: names.map((name) => ({ name, stage: "train", genotype: `${name}.json` })),
  };
  return {
    text: `${JSON.stringify(sweep, null, 2)}\n`,
    files: own.map(({ derived }, i) => [
      `${names[i]}.json`,
      `${genotypeJson(derived.derivation.genotype)}\n`,
    ]),
  };
}
