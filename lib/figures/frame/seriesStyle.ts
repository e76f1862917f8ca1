import { palette } from "./theme";

const colors = ["blue", "vermillion", "green", "purple", "orange", "skyBlue", "black"] as const;
const symbols = ["circle", "square", "triangle-up", "diamond", "star", "cross", "triangle-down"] as const;

/** How one series of several looks: colour and symbol change together, so that either tells them apart. */
export interface SeriesStyle {
  readonly color: string;
  readonly symbol: (typeof symbols)[number];
}

/** The look of the `index`-th series; after 7 colours they come again with other symbols. */
export function seriesStyle(index: number): SeriesStyle {
  const round = Math.floor(index / colors.length);
  return {
    color: palette[colors[index % colors.length] as (typeof colors)[number]],
    symbol: symbols[(index + round) % symbols.length] as (typeof symbols)[number],
  };
}
