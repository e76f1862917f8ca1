import type { Architecture } from "../analysis/capacityGraph";
import { structuralCapacity } from "../analysis/structuralCapacity";
import { type BinarizationConfig, defaultBinarizationConfig } from "../config/binarizationConfig";
import { genotypeHash } from "../space/genotypeJson";
import { version } from "../util/version";
import { cellBands } from "./cellBands";
import type { Figure, Trace } from "./figure";
import { figureFrame } from "./figureFrame";
import { type Dash, palette } from "./theme";
import { typedTrace } from "./typedTrace";

/**
 * How many bits of one image cross the network behind each of its tensors (M1), from the stem to the head, and the
 * network's smallest cut: its level as a line, the tensors it consists of as marks. Bands mark every second cell, of a
 * hand-made network every second block.
 */
export function capacityProfile(
  architecture: Architecture,
  binarization: BinarizationConfig = defaultBinarizationConfig,
): Figure {
  const { cuts, minCut, imageBits, realBits } = structuralCapacity(architecture, binarization);
  const x = cuts.map((_, i) => i);
  const { ticks, shapes } = cellBands(
    cuts.map(({ cell }) => cell),
    0,
  );
  const level = (name: string, bits: number, color: string, dash: Dash): Trace =>
    typedTrace("scatter", {
      mode: "lines",
      name,
      x: [-0.5, cuts.length - 0.5],
      y: [bits, bits],
      line: { color, dash, width: 1.4 },
      hovertemplate: "%{y:.4s} bits",
    });
  const member = new Set(minCut.names);
  const marked = x.filter((i) => member.has(cuts[i]?.after as string));
  const traces: Trace[] = [
    typedTrace("scatter", {
      mode: "lines",
      name: "bits that cross",
      x,
      y: cuts.map(({ bits }) => bits),
      text: cuts.map(({ after }) => after),
      line: { color: palette.blue, width: 1.8, shape: "hvh" },
      hovertemplate: "behind %{text}: %{y:.4s} bits",
    }),
    level("the image", imageBits, palette.black, "dot"),
    level("smallest cut", minCut.bits, palette.vermillion, "dash"),
    typedTrace("scatter", {
      mode: "markers",
      name: "tensors of the smallest cut",
      x: marked,
      y: marked.map((i) => cuts[i]?.bits as number),
      text: marked.map((i) => cuts[i]?.after as string),
      marker: { color: palette.vermillion, size: 8, symbol: "diamond" },
      hovertemplate: "%{text}",
    }),
  ];
  const baseline = "family" in architecture;
  const origin = baseline
    ? `${architecture.family}, blocks ${architecture.block}, width ${architecture.width}`
    : `genotype ${genotypeHash(architecture).slice(0, 12)}`;
  return figureFrame({
    title: "What the wiring lets through",
    alt: `Bits of one image that cross the network behind each tensor; the smallest cut has ${minCut.bits} bits: ${minCut.names.join(", ")}.`,
    caption: {
      measured: `Bits for one image: 1 behind a sign, ${realBits} for a real value; exact, without data. Smallest cut: ${minCut.bits.toLocaleString("en-US")} bits (${minCut.names.join(", ")}).`,
      origin: `${origin} · bars ${version}`,
    },
    rows: 1,
    columns: 1,
    panelWidth: 620,
    panelHeight: 260,
    above: 50,
    legend: {},
    panels: [
      {
        row: 0,
        column: 0,
        traces,
        shapes,
        xAxis: {
          title: { text: baseline ? "block" : "cell" },
          range: [-0.7, cuts.length - 0.3],
          ...ticks,
          showgrid: false,
        },
        yAxis: { title: { text: "bits" }, type: "log", tickformat: "~s", dtick: "D2" },
      },
    ],
  });
}
