import { isIndependent } from "../../config/samplers";
import type { SearchRecord } from "../../records/searchRecord";
import { edgesOf } from "../../space/edges";
import { BarsError } from "../../util/errors";
import { recordCaption } from "../frame/caption";
import { epochAxis } from "../frame/epochAxis";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame, type Panel, warmupBand } from "../frame/figureFrame";
import { plotlyText } from "../frame/plotlyText";
import { primitiveStyle } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { alphaMoments, warmupEpochs, warmupText } from "./alphaMoments";

/**
 * Probabilities of every edge of a cell group over the epochs: one panel for each edge, one line for each
 * primitive. Panels stand where the edge stands in the cell: rows are the nodes an edge enters, columns the
 * nodes it leaves.
 *
 * @param group the cell group, counted from 0.
 * @throws BarsError if the space has no such group.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const figure = bars.figures.alphaEvolution(record, 0);
 * console.log(figure.data.length > 0); // true
 * ```
 */
export function alphaEvolution(record: SearchRecord, group = 0): Figure {
  const { space } = record.config;
  checkGroup(record, group, "alphaEvolution");
  const moments = alphaMoments(record);
  const edges = edgesOf(space.steps);
  const panels = edges.map(({ to, from }, edge): Panel => {
    const traces = space.primitives.map((primitive, p): Trace => {
      const { color, dash } = primitiveStyle(primitive);
      return typedTrace("scatter", {
        mode: moments.length < 4 ? "lines+markers" : "lines",
        name: primitive,
        legendgroup: primitive,
        showlegend: edge === 0,
        x: moments.map((moment) => moment.epochsDone),
        y: moments.map((moment) => moment.probabilities.cells[group]?.[edge]?.[p] ?? null),
        line: { color, dash, width: 2 },
        hovertemplate: `${plotlyText(primitive)}: %{y:.3f}<extra>after epoch %{x}</extra>`,
      });
    });
    const last = moments.at(-1)?.epochsDone ?? 0;
    return {
      row: to - 1,
      column: from,
      title: `edge${to}-${from}`,
      traces,
      xAxis: epochAxis(last, to === space.steps),
      yAxis: {
        range: [-0.03, 1.03],
        dtick: 0.5,
        tickformat: ".1f",
        title: { text: from === 0 ? "probability" : "" },
      },
      shapes: warmupBand(warmupEpochs(record)),
    };
  });
  return figureFrame({
    title: `How the edges of cell group ${group} were decided`,
    caption: recordCaption(record, captionOf(record, group)),
    rows: space.steps,
    columns: space.steps,
    panelWidth: Math.max(150, Math.floor((space.steps < 4 ? 620 : 740) / space.steps)),
    panelHeight: space.steps < 3 ? 170 : 120,
    gapX: 44,
    gapY: 44,
    above: 30 + 20 * legendRows(space.primitives.length),
    legend: {},
    panels,
  });
}

/** Rows a horizontal legend of primitives needs, at about five names a row. */
function legendRows(names: number): number {
  return Math.ceil(names / 4);
}

function captionOf(record: SearchRecord, group: number): string {
  const { space } = record.config;
  const cells = space.cellLayout.flatMap((g, i) => (g === group ? [i] : []));
  const kind = space.reductionGroups.includes(group) ? "reduction" : "normal";
  const noun = cells.length === 1 ? "cell" : "cells";
  const band = warmupText(record, "Shaded: warm-up, alphas at rest.");
  const method = isIndependent(record.config.samplers.cell.method) ? "Sigmoid" : "Softmax";
  return `${method} probabilities at each epoch's temperature; ${kind} ${noun} ${cells.join(", ")}.${band}`;
}

/** @throws BarsError if the record's space has no cell group `group`. */
function checkGroup(record: SearchRecord, group: number, place: string): void {
  const groups = record.startAlphas.cells.length;
  if (!(Number.isInteger(group) && group >= 0 && group < groups)) {
    throw new BarsError(`${place}: group must be an integer from 0 to ${groups - 1}, got ${group}.`);
  }
}
