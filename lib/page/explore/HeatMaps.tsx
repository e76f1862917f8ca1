import { edgesOf } from "../../space/edges";
import type { Genotype } from "../../space/genotype";
import { widthNames } from "../../space/widthNames";
import { widthText } from "../../space/widthText";
import { Scroll } from "../shared/Scroll";
import { shadeOf } from "../shared/shade";
import type { Derived } from "./derived";
import type { PageTheme } from "./exploreData";

interface Row {
  readonly name: string;
  readonly values: readonly number[];
  readonly chosen: readonly boolean[];
}

interface MapProps {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly theme: PageTheme;
  readonly dark: boolean;
}

/** Probabilities of the epoch as tables of shades, the choices of the rule framed and marked with a dot. */
export function HeatMaps({ derived, theme, dark }: { derived: Derived; theme: PageTheme; dark: boolean }) {
  const { probabilities, derivation } = derived;
  const { genotype, rule } = derivation;
  const { space } = genotype;
  const edges = edgesOf(space.steps);
  const look = { theme, dark };
  return (
    <section class="card" aria-label="probabilities">
      <h2>Probabilities</h2>
      <p class="soft">
        {String(rule["method"])} of the alphas at temperature {String(rule["temperature"])}; ● framed: what
        the rule chose
      </p>
      <div class="maps">
        {probabilities.cells.map((rows, group) => (
          <HeatMap
            key={group}
            {...look}
            caption={`cell group ${group}${space.reductionGroups.includes(group) ? " (reduction)" : ""}`}
            columns={space.primitives}
            rows={edges.map(({ to, from }, e) => ({
              name: `${to}-${from}`,
              values: rows[e] ?? [],
              chosen: space.primitives.map((name) => holds(genotype, group, to, from, name)),
            }))}
          />
        ))}
        <HeatMap {...look} caption="depth of stages" {...depthRows(genotype, probabilities.depth)} />
        <HeatMap
          {...look}
          caption={`width of ${space.widthPer === "cell" ? "cells" : "stages"}`}
          {...widthRows(genotype, probabilities.width)}
        />
      </div>
    </section>
  );
}

/** Whether an edge holds a primitive; an edge that holds nothing holds "none". */
function holds(genotype: Genotype, group: number, to: number, from: number, name: string): boolean {
  const own = (genotype.cells[group] ?? []).filter((edge) => edge.to === to && edge.from === from);
  return own.length === 0 ? name === "none" : own.some(({ primitive }) => primitive === name);
}

function depthRows({ depth }: Genotype, rows: readonly (readonly number[])[]) {
  const searched = rows.flatMap((values, stage) => (values.length === 0 ? [] : [{ values, stage }]));
  const most = Math.max(0, ...searched.map(({ values }) => values.length));
  return {
    columns: Array.from({ length: most }, (_, i) => `${i} cell${i === 1 ? "" : "s"}`),
    rows: searched.map(({ values, stage }) => ({
      name: `stage ${stage}`,
      values,
      chosen: values.map((_, i) => depth[stage] === i),
    })),
  };
}

function widthRows({ space, width }: Genotype, rows: readonly (readonly number[])[]) {
  const names = widthNames(space);
  return {
    columns: space.widthChoices.map(widthText),
    rows: rows.flatMap((values, slot) =>
      values.length === 0
        ? []
        : [
            {
              name: names[slot] as string,
              values,
              chosen: space.widthChoices.map((value) => width[slot] === value),
            },
          ],
    ),
  };
}

function HeatMap({ caption, columns, rows, theme, dark }: MapProps) {
  if (rows.length === 0) return null;
  return (
    <Scroll label={caption}>
      <table class="heat">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <td />
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, values, chosen }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {values.map((value, i) => (
                <td
                  key={i}
                  class={chosen[i] ? "num chosen" : "num"}
                  style={shadeOf(theme.probabilityScale, value, dark)}
                >
                  {chosen[i] ? (
                    <span role="img" aria-label="chosen">
                      ●
                    </span>
                  ) : null}
                  {value.toFixed(2)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
