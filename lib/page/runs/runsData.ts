import type { PublishedPoint } from "../../frontier/publishedPoint";
import type { RunPoint } from "../../frontier/runPoint";
import type { Genotype } from "../../space/genotype";
import type { PagePrimitive, PageTheme } from "../explore/exploreData";

/** What a training cost and reached, by axis. Null where it is not known. */
export type AxisValues = Readonly<Record<string, number | null>>;

/** One finished training. Plain JSON. */
export interface PageRun extends RunPoint {
  /** BOPs, OPs, FLOPs, bits, parameters, latency: of one image. */
  readonly costs: AxisValues;
  /** Null for a hand-made network, which `about` describes. */
  readonly genotype: Genotype | null;
  readonly about: string;
  /** Accuracies by epoch, as shares; null where not measured. */
  readonly curve: {
    readonly train: readonly number[];
    readonly validation: readonly (number | null)[];
    readonly test: readonly (number | null)[];
  };
  /** Settings and choices that are not the same in all runs. */
  readonly settings: Readonly<Record<string, string | number | boolean | null>>;
}

/** One axis that can be chosen. */
export interface PageAxis {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
}

/** All that `exploreFrontier` and `explorePaths` put into a page. */
export interface RunsData {
  readonly view: "frontier" | "paths";
  readonly runs: readonly PageRun[];
  readonly axes: readonly PageAxis[];
  readonly published: readonly PublishedPoint[];
  /** Records that were left out, and why. */
  readonly leftOut: readonly { readonly place: string; readonly why: string }[];
  /** What stands for the records in copied code. */
  readonly expression: string;
  /** What that holds: records with their places, plain ones, or both. */
  readonly given: "found" | "plain" | "mixed";
  readonly primitives: readonly PagePrimitive[];
  readonly theme: PageTheme;
  readonly channel: string | null;
}

/** Where more is known of runs than the page was given: in a report, whose runs have pages of their own. */
export interface RunSource {
  /** The address of a run's page. */
  readonly href: (run: PageRun) => string;
  /** The run with its architecture and curves. */
  readonly complete: (run: PageRun) => Promise<PageRun>;
}
