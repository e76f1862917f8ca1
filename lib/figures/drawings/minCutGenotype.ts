import { type StructuralCapacity, structuralCapacity } from "../../analysis/structuralCapacity";
import { type BinarizationConfig, defaultBinarizationConfig } from "../../config/binarizationConfig";
import { type BuiltCell, builtCells } from "../../space/builtCells";
import { emptyCellText } from "../../space/fedNodes";
import type { Genotype } from "../../space/genotype";
import { genotypeHash } from "../../space/genotypeJson";
import { smallText } from "../../text/fittedText";
import { svgElement, svgNumber, svgText } from "../../text/svg";
import { textMeasure } from "../../text/textMeasure";
import { version } from "../../util/version";
import type { PaperWidth } from "../frame/paper";
import { noSources } from "../frame/provenance";
import { capacityBox, capacityCell } from "./capacityCell";
import { bitsText, CapacityFlows, cutBar, pipeColors } from "./capacityPipes";
import type { Drawing } from "./cellDiagram";
import { panelSheet, type SheetPanel } from "./panelSheet";

/** What a drawing of capacities says beside the network, and how large it is. */
export interface MinCutGenotypeOptions {
  /** First words of the title; by default `genotype` and the first 12 digits of its hash. */
  readonly name?: string;
  readonly binarization?: BinarizationConfig;
  /** Bits of a real value: default 32; 16 for half precision. */
  readonly realBits?: number;
  /** Width on paper: one column (85 mm), two columns (178 mm, the default) or millimetres. */
  readonly width?: PaperWidth;
}

/**
 * A genotype with its capacities (M1): every cell of the built network as nodes and operations, lines as thick as
 * pipes of their capacity in bits, what flows behind a sign apart from real values, and the tensors of the smallest
 * cut marked. Neighbouring cells that are equal in all of this share a panel.
 *
 * Exact, without weights or images: formulas at {@link structuralCapacity}.
 *
 * @returns an SVG document of the asked width in millimetres, with title, description and sources inside.
 * @throws BarsError for cells too wide for the paper.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * bars.showSvg(bars.figures.minCutGenotype(genotype), "min-cut");
 * ```
 */
export function minCutGenotype(genotype: Genotype, options: MinCutGenotypeOptions = {}): string {
  const { binarization = defaultBinarizationConfig, realBits = 32, width = "two-column" } = options;
  const hash = genotypeHash(genotype).slice(0, 12);
  const name = options.name ?? `genotype ${hash}`;
  const capacity = structuralCapacity(genotype, binarization, { realBits });
  const { minCut, imageBits } = capacity;
  const flows = new CapacityFlows(capacity.graph, new Set(minCut.tensors));
  const parts = minCut.tensors.map((place) => {
    const tensor = flows.tensor(place);
    return `${tensor.name} ${tensor.capacity.toLocaleString("en-US")}`;
  });
  const bits = minCut.bits.toLocaleString("en-US");
  const title = `${name}: smallest cut of ${bits} bits`;
  const made = parts.length > 0 ? parts.join(" + ") : "nothing flows to the head";
  return panelSheet({
    place: "minCutGenotype",
    title,
    alt: `${title}, of ${builtCells(genotype).length} cells: ${made}. The image has ${imageBits.toLocaleString("en-US")} bits.`,
    panels: panelsOf(genotype, capacity, flows),
    leastPanel: 110,
    gap: 10,
    legend: (inner) => legend(flows, realBits, inner),
    caption: {
      measured: `Bits for one image: 1 behind a sign, ${realBits} for a real value; exact, without data. Smallest cut between image and head: ${bits} bits = ${made}. The image has ${bitsText(imageBits)}.`,
      origin: `genotype ${hash} · bars ${version}`,
      sources: noSources,
    },
    width,
  });
}

function panelsOf(genotype: Genotype, capacity: StructuralCapacity, flows: CapacityFlows): SheetPanel[] {
  const { space, cells } = genotype;
  const alike: { readonly look: string; readonly built: BuiltCell; readonly members: number[] }[] = [];
  for (const built of builtCells(genotype)) {
    const look = lookOf(flows, built);
    const last = alike.at(-1);
    if (last?.look === look) last.members.push(built.cell);
    else alike.push({ look, built, members: [built.cell] });
  }
  const panels = alike.map(({ built, members }): SheetPanel => {
    const { cell, group, inSize, outSize, reduction } = built;
    const narrowest = capacity.cells.find((one) => one.cell === cell)?.minCut.bits ?? 0;
    const empty = emptyCellText(space, cells[group] ?? []);
    const size = reduction ? `${inSize} to ${outSize} px` : `${outSize} px`;
    return {
      name: `cell${members.length > 1 ? "s" : ""} ${members.join(", ")}${reduction ? ", reduction" : ""}`,
      details: [
        { text: `${size}, narrowest ${bitsText(narrowest)}` },
        ...(empty === null ? [] : [{ text: `empty: ${empty}` }]),
        ...cutLine(flows, cell, members.length),
      ],
      drawing: capacityCell(flows, space, built, cells[group] ?? []),
    };
  });
  return [entrance(flows), ...panels];
}

/** Everything a cell's panel shows, but for the cell's number. */
function lookOf(flows: CapacityFlows, { cell, group, inSize, outSize }: BuiltCell): string {
  const own = flows.graph.tensors.flatMap((tensor, place) => {
    if (tensor.cell !== cell) return [];
    return [[tensor.name.replace(/^cell\d+/, ""), tensor.capacity, flows.cut.has(place)]];
  });
  return JSON.stringify([group, inSize, outSize, own]);
}

/** How much of the smallest cut is in a place: `cell` null stands for image and stems. */
function cutLine(flows: CapacityFlows, cell: number | null, members = 1): SheetPanel["details"] {
  const own = [...flows.cut].map((place) => flows.tensor(place)).filter((tensor) => tensor.cell === cell);
  if (own.length === 0) return [];
  const bits = own.reduce((sum, { capacity }) => sum + capacity, 0);
  return [{ text: `in the cut: ${bitsText(bits)}${members > 1 ? " each" : ""}`, color: pipeColors.cut }];
}

/** Image and stems. */
function entrance(flows: CapacityFlows): SheetPanel {
  const measure = textMeasure();
  const middle = 20;
  const names = ["image", "stem", "extraStem"].filter((name) => flows.place(name) !== null);
  let x = 0;
  const elements = names.flatMap((name, i) => {
    const place = flows.place(name) as number;
    const text = name === "extraStem" ? "extra stem" : name;
    const width = measure(text, smallText, "normal") + 6;
    const box = capacityBox(x, middle, width, text, flows.cut.has(place));
    const pipe =
      i + 1 < names.length
        ? flows.level(x + width, x + width + 9, middle, { ...flows.at(place), cut: false })
        : [];
    x += width + 9;
    return [...pipe, ...box];
  });
  const last = names.at(-1) as string;
  const { capacity } = flows.tensor(flows.place(last) as number);
  return {
    name: "entrance",
    details: [{ text: `puts out ${bitsText(capacity)}` }, ...cutLine(flows, null)],
    drawing: { elements, width: x - 9, height: 2 * middle },
  };
}

/** The two kinds of lines with three thicknesses, and the marks of the cut. */
function legend(flows: CapacityFlows, realBits: number, width: number): Pick<Drawing, "elements" | "height"> {
  const capacities = flows.graph.tensors.map(({ capacity }) => capacity);
  const most = Math.max(...capacities);
  const pipe = (capacity: number, single: boolean) => ({
    mark: flows.level(0, 16, 0, { capacity, single, cut: false }),
    text: bitsText(capacity),
  });
  const entries = [
    {
      mark: flows.level(0, 16, 0, { capacity: most, single: false, cut: false }),
      text: `real values, ${realBits} bits each: ${bitsText(most)}`,
    },
    pipe(most / 4, false),
    pipe(most / 16, false),
    {
      mark: flows.level(0, 16, 0, { capacity: most / realBits, single: true, cut: false }),
      text: "behind a sign, 1 bit each",
    },
    { mark: [cutBar(8, 0, 2)], text: "part of the smallest cut" },
  ];
  const measure = textMeasure();
  let [x, y] = [0, 6];
  const elements = entries.map(({ mark, text }) => {
    const own = 21 + measure(text, smallText, "normal");
    if (x > 0 && x + own > width) {
      x = 0;
      y += 13;
    }
    const placed = svgElement("g", { transform: `translate(${svgNumber(x)} ${y})` }, [
      ...mark,
      svgText(21, 3, text, { size: smallText }),
    ]);
    x += own + 12;
    return placed;
  });
  return { elements, height: y + 6 };
}
