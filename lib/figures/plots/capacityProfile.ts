import type { Architecture } from "../../analysis/capacityGraph";
import type { CapacityTensor } from "../../analysis/capacityGraphBuilder";
import { structuralCapacity } from "../../analysis/structuralCapacity";
import { type BinarizationConfig, defaultBinarizationConfig } from "../../config/binarizationConfig";
import { genotypeHash } from "../../space/genotypeJson";
import { version } from "../../util/version";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame } from "../frame/figureFrame";
import { logAxis } from "../frame/logTicks";
import { type Dash, palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { cellBands } from "./cellBands";

/**
 * How many bits of one image cross the network behind each of its tensors (M1), from the stem to the head, and the
 * network's smallest cut: its level as a line, the tensors it consists of as marks. Bands mark every second cell, of a
 * hand-made network every second block.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ family: "resnet20", block: "bireal" });
 * console.log(bars.figures.capacityProfile(network).data.length > 0); // true
 * ```
 */
export function capacityProfile(
  architecture: Architecture,
  binarization: BinarizationConfig = defaultBinarizationConfig,
): Figure {
  const { graph, cuts, minCut, imageBits, realBits } = structuralCapacity(architecture, binarization);
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
      name: "the smallest cut's tensors, on the line",
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
  const parts = minCut.tensors.map((place) => {
    const { name, capacity } = graph.tensors[place] as CapacityTensor;
    return `${name} ${capacity.toLocaleString("en-US")}`;
  });
  const above = marked.some((i) => (cuts[i]?.bits as number) > minCut.bits);
  const why = above
    ? " They stand above the cut: the line counts whatever is still needed at that moment, on all paths, while the smallest cut takes each path at its narrowest place, one early and another late."
    : "";
  const measured = `Bits for one image: 1 behind a sign, ${realBits} for a real value; exact, without data. Line: what crosses the network behind each tensor, in the order of computation. Smallest cut: ${minCut.bits.toLocaleString("en-US")} bits${parts.length > 0 ? ` = ${parts.join(" + ")}` : ""}. Diamonds: where its tensors are in that order.${why}`;
  return figureFrame({
    title: "What the wiring lets through",
    alt: `Bits of one image that cross the network behind each tensor; the smallest cut has ${minCut.bits} bits: ${minCut.names.join(", ")}.`,
    caption: { measured, origin: `${origin} · bars ${version}` },
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
        yAxis: logAxis("bits", [...cuts.map(({ bits }) => bits), minCut.bits, imageBits]),
      },
    ],
  });
}
