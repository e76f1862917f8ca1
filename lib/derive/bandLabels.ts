import type { LabelOption, LabelResult } from "./paretoLabels";

/** A decision about an edge of a cell. */
export interface BandDecision {
  /** Decisions with the same node stand beside one another. */
  readonly node: string;
  /** Whether it is one of those of which at least one must take an option that feeds the node. */
  readonly mustFeed: boolean;
  readonly options: readonly (LabelOption & { readonly feeds: boolean })[];
}

interface Band {
  readonly least: number;
  readonly limit: number;
}

interface Label extends LabelOption {
  readonly before: Label | null;
  readonly option: number;
  /** Whether the node being decided has an operation. */
  readonly fed: boolean;
}

/**
 * One option for each decision such that `least ≤ Σ cost ≤ limit`, every node that must be fed is, and
 * `Σ logProbability` is as large as possible; null where no choice keeps the band or none is above `floor`.
 *
 * Dynamic programming over the decisions, exact: of partial choices of the same cost it keeps the likeliest. A cheaper one
 * does not replace a dearer one, as in `bestLabels`, because it may end below the band.
 */
export function bandLabels(
  decisions: readonly BandDecision[],
  { least, limit }: Band,
  floor = -Infinity,
): LabelResult | null {
  const rests = restsOf(decisions);
  const toFeed = new Set(decisions.filter(({ mustFeed }) => mustFeed).map(({ node }) => node));
  let labels: Label[] = [{ cost: 0, logProbability: 0, before: null, option: -1, fed: false }];
  for (const [i, { node, mustFeed, options }] of decisions.entries()) {
    const rest = rests[i + 1] as Rest;
    const opens = decisions[i - 1]?.node !== node;
    const closes = decisions[i + 1]?.node !== node;
    const likeliest = new Map<string, Label>();
    for (const before of labels) {
      for (const [option, own] of options.entries()) {
        const cost = before.cost + own.cost;
        const logProbability = before.logProbability + own.logProbability;
        const fed = (!opens && before.fed) || (mustFeed && own.feeds);
        if (cost + rest.cheapest > limit || cost + rest.dearest < least) continue;
        if (logProbability + rest.likeliest <= floor || (closes && toFeed.has(node) && !fed)) continue;
        const key = `${cost} ${fed && !closes}`;
        if (logProbability > (likeliest.get(key)?.logProbability ?? -Infinity))
          likeliest.set(key, { cost, logProbability, before, option, fed });
      }
    }
    labels = [...likeliest.values()];
  }
  let best: Label | null = null;
  for (const label of labels) {
    const by = label.logProbability - (best?.logProbability ?? -Infinity);
    if (by > 0 || (by === 0 && label.cost < (best as Label).cost)) best = label;
  }
  if (best === null) return null;
  const { cost, logProbability } = best;
  const options: number[] = [];
  for (let at: Label | null = best; at?.before; at = at.before) options.unshift(at.option);
  return { cost, logProbability, options };
}

/** What the decisions from a place on can add at least and at most. */
interface Rest {
  readonly cheapest: number;
  readonly dearest: number;
  readonly likeliest: number;
}

function restsOf(decisions: readonly BandDecision[]): Rest[] {
  const rests: Rest[] = [{ cheapest: 0, dearest: 0, likeliest: 0 }];
  for (const { options } of [...decisions].reverse()) {
    const after = rests[0] as Rest;
    const costs = options.map(({ cost }) => cost);
    rests.unshift({
      cheapest: after.cheapest + Math.min(...costs),
      dearest: after.dearest + Math.max(...costs),
      likeliest: after.likeliest + Math.max(...options.map(({ logProbability }) => logProbability)),
    });
  }
  return rests;
}
