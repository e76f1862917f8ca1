import type { SpaceConfig } from "../config/spaceConfig";
import { type Primitive, primitives } from "../primitives/primitives";
import { GenotypeError } from "../util/errors";
import { showValue } from "../util/showValue";
import { edgesOf } from "./edges";
import { type Genotype, type GenotypeEdge, genotype } from "./genotype";
import { effectiveWidths } from "./layoutChoice";
import { type Stage, stagesOf } from "./stages";
import { widthSlots } from "./widthSlots";

/**
 * Genotype strings of aw_nas (https://github.com/walkerning/aw_nas), the framework BARS was made with:
 * `(StagewiseMacroGenotype(width='…', stage_0='…', …), DenseMicroGenotype(cell_0='…', …))`.
 *
 * - `width` has one number for each cell of the layout. The numbers of a stage's normal cells agree. A
 *   reduction cell's own number has no effect there (it always doubles the channels it gets); it is written as
 *   the width of the stage the cell opens and may be read as that or as the width of the stage before.
 * - `stage_i` counts only stages with normal cells: `num_node~N+|inputs of node 1|+…`, where node 0 opens the
 *   stage, the last node is the sink, and a chain `0 → 1 → … → depth → sink` holds the kept cells.
 * - `cell_g` is `init_node~1+|operation~from|operation~from|+…`, one part for each intermediate node.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const there = bars.space.toAwnas(genotype);
 * const back = bars.space.fromAwnas(there, genotype.space);
 * console.log(bars.space.genotypeHash(back) === bars.space.genotypeHash(genotype)); // true
 * ```
 */
export function toAwnas(value: Genotype): string {
  const { space } = value;
  const widths = effectiveWidths(value);
  const slots = widthSlots(space);
  const perCell: number[] = [];
  for (const stage of stagesOf(space)) {
    const own = slots[stage.index] as readonly number[];
    if (stage.opening !== null) perCell[stage.opening] = widths[own[0] as number] as number;
    for (const [i, cell] of stage.cells.entries()) perCell[cell] = widths[own[i] as number] as number;
  }
  const stages = searchedStages(space).map((stage, i) => {
    const depth = value.depth[stage.index] as number;
    const inputs = stage.cells.map((_, node) => (node < depth ? `|${node}|` : "||"));
    return `stage_${i}='num_node~${stage.cells.length + 2}+${[...inputs, `|${depth}|`].join("+")}'`;
  });
  const cells = value.cells.map(
    (edges, group) => `cell_${group}='init_node~1+${cellText(space, edges, group)}'`,
  );
  const macro = [`width='${perCell.map(pythonFloat).join(",")}'`, ...stages].join(", ");
  return `(StagewiseMacroGenotype(${macro}), DenseMicroGenotype(${cells.join(", ")}))`;
}

/**
 * Reads an aw_nas genotype string as a genotype of `space`, which must have the layout, the steps and the
 * primitives the string uses. Operations named `none` add nothing and are left out.
 *
 * @throws GenotypeError for text of another form (the whole of it, each field once), operations without a counterpart here, depths that are no
 * chain into a sink, and widths that change inside a stage.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * const back = bars.space.fromAwnas(bars.space.toAwnas(genotype), genotype.space);
 * console.log(bars.space.genotypeHash(back) === bars.space.genotypeHash(genotype)); // true
 * ```
 */
export function fromAwnas(text: string, space: SpaceConfig): Genotype {
  const { macro, micro } = partsOf(text);
  const stages = stagesOf(space);
  const depth = stages.map(() => 0);
  searchedStages(space).forEach((stage, i) => {
    depth[stage.index] = readDepth(field(macro, `stage_${i}`), stage, `fromAwnas: stage_${i}`);
  });
  rejectMore(macro, "stage_", searchedStages(space).length, "stages with normal cells");
  const width = readWidths(field(macro, "width"), space, stages);
  const groups = Math.max(...space.cellLayout) + 1;
  rejectMore(micro, "cell_", groups, "cell groups");
  const cells = Array.from({ length: groups }, (_, group) =>
    readCell(field(micro, `cell_${group}`), space, group),
  );
  return genotype(space, { cells, depth, width: effectiveWidths({ depth, width, space }) }, "fromAwnas");
}

/** The primitive that aw_nas calls by a name. */
function fromAwnasName(name: string): Primitive | undefined {
  return primitives.names.find((own) => primitives.get(own).awnas?.read.includes(name));
}

function searchedStages(space: SpaceConfig): Stage[] {
  return stagesOf(space).filter(({ cells }) => cells.length > 0);
}

function cellText(space: SpaceConfig, edges: readonly GenotypeEdge[], group: number): string {
  const nodes = Array.from({ length: space.steps }, (_, i) => edges.filter(({ to }) => to === i + 1));
  return nodes.map((own) => `|${own.map((edge) => operationText(space, edge, group)).join("|")}|`).join("+");
}

function operationText(space: SpaceConfig, { to, from, primitive }: GenotypeEdge, group: number): string {
  const names = primitives.get(primitive).awnas;
  const name = names?.written(space) ?? null;
  if (name === null) {
    const unlike = names?.unlike === undefined ? "" : ` ${names.unlike}`;
    throw new GenotypeError(
      `toAwnas: cell group ${group}, node ${to}: ${primitive}${unlike} has no counterpart among aw_nas's operations.`,
    );
  }
  return `${name}~${from}`;
}

function pythonFloat(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** The two parts of a genotype's text, and nothing else around or between them. */
function partsOf(text: string): { readonly macro: Map<string, string>; readonly micro: Map<string, string> } {
  const body = (type: string) => new RegExp(`${type}\\(([^()]*)\\)`).exec(text)?.[1];
  const bodies = (["StagewiseMacroGenotype", "DenseMicroGenotype"] as const).map((type) => {
    const found = body(type);
    if (found !== undefined) return found;
    throw new GenotypeError(
      `fromAwnas: expected "${type}(…)" in the text, got ${JSON.stringify(text.slice(0, 60))}.`,
    );
  });
  const whole =
    /^\s*\(?\s*StagewiseMacroGenotype\([^()]*\)\s*,\s*DenseMicroGenotype\([^()]*\)\s*(\)?)\s*$/.exec(text);
  if (whole === null || text.trimStart().startsWith("(") !== (whole[1] === ")")) {
    throw new GenotypeError(
      `fromAwnas: expected "(StagewiseMacroGenotype(…), DenseMicroGenotype(…))" and nothing else, got ${showValue(text)}.`,
    );
  }
  const [macro, micro] = bodies as [string, string];
  return {
    macro: fieldsOf(macro, "StagewiseMacroGenotype", /^(width|stage_\d+)$/),
    micro: fieldsOf(micro, "DenseMicroGenotype", /^cell_\d+$/),
  };
}

/** `name='value', …`, each name once. */
function fieldsOf(body: string, type: string, known: RegExp): Map<string, string> {
  const fields = new Map<string, string>();
  let rest = body.trim();
  while (rest !== "") {
    const [taken, name, , value] = /^(\w+)\s*=\s*(['"])([^'"]*)\2\s*(?:,\s*|$)/.exec(rest) ?? [];
    if (taken === undefined || name === undefined || value === undefined) {
      throw new GenotypeError(`fromAwnas: ${type} expected name='value', …, got ${showValue(rest)}.`);
    }
    if (!known.test(name) || fields.has(name)) {
      const why = fields.has(name) ? "is given twice" : "has no meaning here";
      throw new GenotypeError(`fromAwnas: ${type}: the field ${name} ${why}.`);
    }
    fields.set(name, value);
    rest = rest.slice(taken.length);
  }
  return fields;
}

function field(fields: Map<string, string>, name: string): string {
  const value = fields.get(name);
  if (value === undefined) {
    const known = [...fields.keys()].join(", ");
    throw new GenotypeError(
      `fromAwnas: expected a field ${name}, got only ${known}; does the space have the right cellLayout?`,
    );
  }
  return value;
}

function rejectMore(fields: Map<string, string>, prefix: string, expected: number, what: string): void {
  const got = [...fields.keys()].filter((name) => name.startsWith(prefix)).length;
  if (got > expected) {
    throw new GenotypeError(
      `fromAwnas: expected ${expected} ${what} (the space's cellLayout), got ${got} in the text.`,
    );
  }
}

function readDepth(text: string, stage: Stage, place: string): number {
  const [head, ...nodes] = text.split("+");
  const expectedHead = `num_node~${stage.cells.length + 2}`;
  if (head !== expectedHead || nodes.length !== stage.cells.length + 1) {
    throw new GenotypeError(
      `${place}: expected ${expectedHead} and ${stage.cells.length + 1} nodes (the space's cellLayout), got "${text}".`,
    );
  }
  const depth = Number(/^\|(\d+)\|$/.exec(nodes.at(-1) as string)?.[1] ?? Number.NaN);
  const isChain = nodes.slice(0, -1).every((node, i) => node === (i < depth ? `|${i}|` : "||"));
  if (!(depth <= stage.cells.length) || !isChain) {
    throw new GenotypeError(
      `${place}: expected a chain 0, 1, … into a sink that reads its last cell, got "${text}".`,
    );
  }
  return depth;
}

function readWidths(text: string, space: SpaceConfig, stages: readonly Stage[]): number[] {
  const isNumber = (part: string) => /^\s*\d+(\.\d*)?\s*$/.test(part);
  const perCell = text.split(",").map((part) => (isNumber(part) ? Number(part) : Number.NaN));
  if (perCell.length !== space.cellLayout.length || perCell.some((width) => !Number.isFinite(width))) {
    throw new GenotypeError(
      `fromAwnas: width expected ${space.cellLayout.length} numbers, one a cell, got "${text}".`,
    );
  }
  if (space.widthPer === "cell") {
    // The reduction cell takes its width from the cell behind it, whatever is written for it.
    return stages.flatMap(({ cells, opening }) =>
      cells.length > 0
        ? cells.map((cell) => perCell[cell] as number)
        : [opening === null ? 1 : (perCell[opening] as number)],
    );
  }
  // From the last stage to the first: a stage without cells of its own has the next one's width.
  const width: number[] = [];
  for (const stage of [...stages].reverse()) {
    const own = stage.cells.map((cell) => perCell[cell] as number);
    if (new Set(own).size > 1) {
      throw new GenotypeError(
        `fromAwnas: widths of the normal cells ${stage.cells.join(", ")} of stage ${stage.index} expected to agree, got ${own.join(", ")}; a space whose widthPer is "cell" reads them.`,
      );
    }
    const alone = stage.opening === null ? 1 : (perCell[stage.opening] as number);
    width[stage.index] = own[0] ?? width[stage.index + 1] ?? alone;
  }
  for (const { opening, index } of stages) {
    if (opening === null) continue;
    const written = perCell[opening] as number;
    if (written !== width[index] && written !== width[index - 1]) {
      throw new GenotypeError(
        `fromAwnas: width of the reduction cell ${opening} expected to be that of the stage after it, ${width[index]}, ` +
          `or before it, ${width[index - 1]}, got ${written}.`,
      );
    }
  }
  return width;
}

function readCell(text: string, space: SpaceConfig, group: number): GenotypeEdge[] {
  const place = `fromAwnas: cell_${group}`;
  const [head, ...nodes] = text.split("+");
  if (head !== "init_node~1" || nodes.length !== space.steps) {
    throw new GenotypeError(
      `${place}: expected init_node~1 and ${space.steps} nodes (the space's steps), got "${text}".`,
    );
  }
  const edges = edgesOf(space.steps);
  return nodes.flatMap((node, i) => {
    const to = i + 1;
    if (!/^\|.*\|$/.test(node))
      throw new GenotypeError(`${place}, node ${to}: expected |operation~from|…|, got "${node}".`);
    const operations = node.split("|").filter((part) => part !== "");
    return operations.flatMap((operation) => {
      const [name = "", source = "", ...rest] = operation.split("~");
      const from = /^\d+$/.test(source) ? Number(source) : Number.NaN;
      const isEdge = edges.some((edge) => edge.to === to && edge.from === from);
      if (rest.length > 0 || !isEdge) {
        throw new GenotypeError(
          `${place}, node ${to}: expected operation~from with from in 0 to ${to - 1}, got "${operation}".`,
        );
      }
      const primitive = readName(name, space, `${place}, node ${to}`);
      return primitive === "none" ? [] : [{ to, from, primitive }];
    });
  });
}

function readName(name: string, space: SpaceConfig, place: string): Primitive {
  const primitive = fromAwnasName(name);
  if (primitive === undefined) {
    const known = primitives.names.flatMap((own) => primitives.get(own).awnas?.read ?? []).join(", ");
    throw new GenotypeError(
      `${place}: operation "${name}" has no counterpart here. Known operations: ${known}.`,
    );
  }
  if (name.endsWith("_noskip") && space.convShortcut) {
    throw new GenotypeError(
      `${place}: "${name}" has no identity around it, but the space has; set convShortcut to false.`,
    );
  }
  return primitive;
}
