import { counted } from "../util/counted";
import { builtCells, classifierInputs, stemChannels } from "./builtCells";
import type { Genotype, GenotypeEdge } from "./genotype";
import { genotypeHash } from "./genotypeJson";
import { effectiveWidths } from "./layoutChoice";
import { type Stage, stagesOf } from "./stages";
import { activatedHead } from "./stem";
import { widthSlots } from "./widthSlots";
import { widthText } from "./widthText";

/**
 * A genotype as text for reading: its name (the first 12 digits of its hash), the layout stage by stage, and for
 * every node of every cell group the operations it sums, written `primitive(source)`.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const [first] = bars.describeGenotype(genotype).split("\n");
 * console.log(first); // genotype 15def6a821e9: 3 cells of 3 in 2 stages
 * ```
 */
export function describeGenotype(genotype: Genotype): string {
  const { space } = genotype;
  const stages = stagesOf(space);
  const kept = builtCells(genotype).length;
  const total = space.cellLayout.length;
  const lines = [
    `genotype ${genotypeHash(genotype).slice(0, 12)}: ${counted(kept, "cell")} of ${total} in ${counted(stages.length, "stage")}`,
    `stem: ${space.imageSize}x${space.imageSize}, ${space.imageChannels} to ${counted(stemChannels(genotype), "channel")}`,
    ...stages.flatMap((stage) => stageLines(genotype, stage)),
    `head: ${activatedHead(space) ? "batch norm, ReLU, " : ""}${counted(classifierInputs(genotype), "input")} to ${counted(space.classes, "class", "classes")}`,
    ...genotype.cells.flatMap((edges, group) => groupLines(genotype, edges, group)),
  ];
  return lines.join("\n");
}

function stageLines(genotype: Genotype, stage: Stage): string[] {
  const { cells, index, opening, size } = stage;
  const built = builtCells(genotype);
  const lines: string[] = [];
  const reduction = built.find(({ cell }) => cell === opening);
  if (reduction !== undefined) {
    const { cell, group, inChannels, outChannels } = reduction;
    lines.push(
      `reduction cell ${cell} (group ${group}): ${inChannels} to ${counted(outChannels, "channel")}`,
    );
  }
  const own = built.filter(({ cell }) => cells.includes(cell));
  const names = own.map(({ cell, group }) => `${cell} (group ${group})`).join(", ");
  const widths = effectiveWidths(genotype);
  const slots = [...new Set(widthSlots(genotype.space)[index])];
  const width = slots.map((slot) => widthText(widths[slot] as number)).join(" ");
  lines.push(
    `stage ${index}: ${size}x${size}, width ${width}, ${own.length} of ${counted(cells.length, "normal cell")}${names && `: ${names}`}`,
  );
  const last = own.at(-1);
  const takesUp = last !== undefined && stage.closing !== null;
  if (takesUp && last.inChannels !== last.outChannels) {
    lines.push(
      `  cell ${last.cell} takes up the next stage's width: ${last.inChannels} to ${counted(last.outChannels, "channel")}`,
    );
  }
  return lines;
}

function groupLines({ space }: Genotype, edges: readonly GenotypeEdge[], group: number): string[] {
  const kind = space.reductionGroups.includes(group) ? "reduction" : "normal";
  const nodes = Array.from({ length: space.steps }, (_, i) => {
    const own = edges.filter(({ to }) => to === i + 1);
    const sum = own.map(({ primitive, from }) => `${primitive}(${from})`).join(" + ");
    return `  node ${i + 1} = ${sum || "nothing"}`;
  });
  return [`cell group ${group} (${kind}):`, ...nodes];
}
