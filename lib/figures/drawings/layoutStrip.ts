import {
  type BuiltCell,
  builtCells,
  cellTensorFactor,
  classifierInputs,
  stemChannels,
} from "../../space/builtCells";
import type { Genotype } from "../../space/genotype";
import { effectiveWidths } from "../../space/layoutChoice";
import { type Stage, stagesOf } from "../../space/stages";
import { activatedHead } from "../../space/stem";
import { widthSlots } from "../../space/widthSlots";
import { widthText } from "../../space/widthText";
import { darkInk, lineGrey, paleInk, svgElement, svgNumber, svgText } from "../../text/svg";
import type { Drawing } from "./cellDiagram";

const boxWidth = 30;
const gap = 6;
const fullHeight = 46;
const stageGap = 22;
const leastStage = 92;
const ends = 62;
const top = 20;

/**
 * The layout as a strip, left to right: stem, stages, head. A box is a cell with its number; its height is the
 * channel multiplier, at the input on its left and at the output on its right. Reduction cells are dark, cells
 * that depth leaves out are dashed.
 */
export function layoutStrip(genotype: Genotype): Drawing {
  const { space } = genotype;
  const stages = stagesOf(space);
  const built = builtCells(genotype);
  const middle = top + fullHeight / 2;
  const elements = endBox(0, middle, "stem", [
    `${space.imageChannels} to ${stemChannels(genotype)}`,
    "channels",
  ]);
  let x = ends + stageGap;
  for (const stage of stages) {
    const cells = stage.opening === null ? stage.cells : [stage.opening, ...stage.cells];
    const own = cells.length * (boxWidth + gap) - gap;
    const width = Math.max(leastStage, own);
    let cellX = x + (width - Math.max(own, 0)) / 2;
    for (const cell of cells) {
      elements.push(
        ...cellBox(
          cellX,
          middle,
          stage,
          cell,
          built.find((entry) => entry.cell === cell),
        ),
      );
      cellX += boxWidth + gap;
    }
    elements.push(...stageTexts(genotype, stage, x + width / 2));
    const line = {
      x1: x + width + stageGap / 2,
      x2: x + width + stageGap / 2,
      y1: 0,
      y2: top + fullHeight + 64,
    };
    if (stage.closing !== null) {
      elements.push(
        svgElement("line", { ...line, stroke: lineGrey, "stroke-width": 1, "stroke-dasharray": "2 3" }),
      );
    }
    x += width + stageGap;
  }
  elements.push(
    ...endBox(x, middle, "head", [
      `${classifierInputs(genotype)} to ${space.classes}`,
      "classes",
      ...(activatedHead(space) ? ["BN, ReLU"] : []),
    ]),
  );
  return { elements, width: x + ends, height: top + fullHeight + 66 };
}

function stageTexts(genotype: Genotype, stage: Stage, x: number): string[] {
  const slots = widthSlots(genotype.space)[stage.index] as readonly number[];
  const widths = effectiveWidths(genotype);
  const [width] = slots.map((slot) => widths[slot] as number) as [number];
  const factor = cellTensorFactor(genotype.space);
  const channels = Math.round(stage.channels * width);
  const below = [
    `${stage.size}×${stage.size} px`,
    `width ${[...new Set(slots)].map((slot) => widthText(widths[slot] as number)).join(" ")}`,
    factor === 1 ? `${channels} channels` : `${factor} × ${channels} channels`,
    `${genotype.depth[stage.index]} of ${stage.cells.length} cells`,
  ];
  return [
    svgText(x, 10, `stage ${stage.index}`, { size: 12, anchor: "middle", bold: true }),
    ...below.map((text, i) =>
      svgText(x, top + fullHeight + 16 + 14 * i, text, {
        size: 11,
        anchor: "middle",
        color: i === 0 ? darkInk : paleInk,
      }),
    ),
  ];
}

function cellBox(
  x: number,
  middle: number,
  stage: Stage,
  cell: number,
  built: BuiltCell | undefined,
): string[] {
  const label = (color: string) =>
    svgText(x + boxWidth / 2, middle + 4, String(cell), { size: 11, anchor: "middle", color });
  if (built === undefined) {
    const frame = { x, y: middle - 11, width: boxWidth, height: 22, fill: "none", stroke: lineGrey };
    return [svgElement("rect", { ...frame, "stroke-width": 1, "stroke-dasharray": "3 3" }), label(paleInk)];
  }
  // Heights are shares of the stage's full width; a reduction cell's input belongs to the stage before, half as wide.
  const share = (channels: number, full: number) => 18 + (fullHeight - 18) * (channels / full);
  const left = share(built.inChannels, built.reduction ? stage.channels / 2 : stage.channels) / 2;
  const right = share(built.outChannels, stage.channels) / 2;
  const n = svgNumber;
  const corners = [
    [x, middle - left],
    [x + boxWidth, middle - right],
    [x + boxWidth, middle + right],
    [x, middle + left],
  ] as const;
  const points = corners.map(([px, py]) => `${n(px)},${n(py)}`).join(" ");
  const fill = built.reduction ? "#3b4a5a" : "#d6e6f2";
  const frame = svgElement("polygon", { points, fill, stroke: darkInk, "stroke-width": 1 });
  return [frame, label(built.reduction ? "#ffffff" : darkInk)];
}

function endBox(x: number, middle: number, name: string, below: readonly string[]): string[] {
  const frame = {
    x,
    y: middle - 14,
    width: ends,
    height: 28,
    rx: 4,
    fill: "#ffffff",
    stroke: darkInk,
    "stroke-width": 1,
  };
  return [
    svgElement("rect", frame),
    svgText(x + ends / 2, middle + 4, name, { size: 12, anchor: "middle" }),
    ...below.map((text, i) =>
      svgText(x + ends / 2, top + fullHeight + 16 + 14 * i, text, {
        size: 11,
        anchor: "middle",
        color: paleInk,
      }),
    ),
  ];
}
