import { noiseEpochs } from "../../derive/marginNoise";
import type { Derived } from "./derived";
import { marginRows } from "./marginRows";

/** The margin of every decision from −1 to 1, with how much it moved over the last epochs. */
export function Margins({ derived, thinned }: { readonly derived: Derived; readonly thinned: boolean }) {
  const { noise } = derived;
  return (
    <section class="card" aria-label="confidence by decision">
      <h2>Confidence by decision</h2>
      <table class="parts">
        <thead>
          <tr>
            <th scope="col">decision</th>
            <th scope="col" class="num">
              margin
            </th>
            <th scope="col" class="wide">
              −1 … 1
            </th>
          </tr>
        </thead>
        <tbody>
          {marginRows(derived).map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              <td class="num">
                {row.margin.toFixed(2).replace("-", "−")}
                {row.noise === null ? "" : ` ± ${row.noise.toFixed(2)}`}
              </td>
              <td>
                <div class="margin">
                  <i
                    class={row.margin < 0 ? "against" : ""}
                    style={{
                      left: `${50 + 50 * Math.min(0, row.margin)}%`,
                      width: `${50 * Math.abs(row.margin)}%`,
                    }}
                  />
                  {row.noise === null ? null : (
                    <b
                      style={{
                        left: `${50 + 50 * Math.max(-1, row.margin - row.noise)}%`,
                        width: `${50 * (Math.min(1, row.margin + row.noise) - Math.max(-1, row.margin - row.noise))}%`,
                      }}
                    />
                  )}
                </div>
                {row.withinNoise ? <span class="flag">within noise</span> : null}
                {row.margin < 0 ? <span class="flag">against the probabilities</span> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="soft">
        Margin: least probability of what was chosen minus the largest of what was not.{" "}
        {noise === null
          ? `How much it moves is not known: ${thinned ? "the page holds only some of the search's epochs" : "fewer than two epochs in which alphas moved"}.`
          : `±: standard deviation of the same margin over the last ${noise.epochs} epochs (at most ${noiseEpochs}); one seed, no spread over seeds known.`}
      </p>
    </section>
  );
}
