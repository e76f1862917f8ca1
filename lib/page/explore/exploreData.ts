import type { RaceAlphas, SearchAlphas, StoredEpoch } from "../../derive/alphasAt";
import type { Derivation } from "../../derive/derive";
import type { LayerSpec } from "../../primitives/layerSpec";
import type { PrimitiveLook, PrimitiveTraits } from "../../primitives/primitive";
import type { Definition } from "../../util/variantTable";

/** What of a search record the page gets: all that derivations read, and what names their source. */
export interface PageRecord extends SearchAlphas {
  readonly configHash: string;
  /** SHA-256 of the canonical JSON of the whole record. */
  readonly recordHash: string;
  readonly seed: number;
  readonly bars: string;
  readonly createdAt: string;
  /** Data set and images, as one line. */
  readonly images: string;
  readonly defined?: readonly Definition[];
  /** Of a race: it has no epochs but one fit, whose alphas are `startAlphas` too. */
  readonly race?: RaceAlphas;
}

/** A rule of the user's own. Its function stays in the kernel; what it derives at each epoch travels. */
export interface OwnRuleResults {
  readonly name: string;
  /** By epoch, "start" among them, at the options' defaults; a text where it threw. */
  readonly derivations: Readonly<Record<string, Derivation | string>>;
}

/** One search of those given, or why it cannot be shown. */
export interface PageSearch {
  readonly label: string;
  /** The expression that stands for the record in copied code: `record`, `records[1]`. */
  readonly expression: string;
  readonly record: PageRecord | null;
  readonly problem: string | null;
  /** What a reader should know of it: diverged, thinned. */
  readonly notes: readonly string[];
  /** True where epochs between those that are here were left out: means over windows are not known then. */
  readonly thinned: boolean;
  readonly ownRules: readonly OwnRuleResults[];
}

/** A primitive of the user's own: what costs and drawings need, for every shape it can have in the searches. */
export interface PagePrimitive {
  readonly name: string;
  readonly version: number;
  readonly traits: PrimitiveTraits;
  readonly look: PrimitiveLook;
  /** By shape, see `shapeKey`, then its layers. */
  readonly layers: Readonly<Record<string, readonly LayerSpec[]>>;
}

/** Of the figures' theme what the page uses. */
export interface PageTheme {
  /** Places from 0 to 1 with their colours, improbable to probable. */
  readonly probabilityScale: readonly (readonly [number, string])[];
  readonly palette: Readonly<Record<string, string>>;
}

/** All that `explore` puts into a page. Plain JSON. */
export interface ExploreData {
  readonly searches: readonly PageSearch[];
  readonly primitives: readonly PagePrimitive[];
  readonly bars: string;
  readonly theme: PageTheme;
  /** Where the page begins. */
  readonly start: { readonly search: number; readonly epoch: StoredEpoch | "fit" };
  /** The name a listening kernel knows this page by; null outside a notebook. */
  readonly channel: string | null;
  /** What messages of this page are addressed by. */
  readonly page: string;
}

/** The place of a shape in {@link PagePrimitive.layers}: equal for equal channels, stride and block style. */
export function shapeKey(
  shape: { readonly inChannels: number; readonly outChannels: number; readonly stride: number },
  space: object,
  style: object,
): string {
  const { convShortcut, stridedConv, convGroups } = space as Readonly<Record<string, unknown>>;
  const { blockOrder, weight, nonlinearity, rsign } = style as Readonly<Record<string, unknown>>;
  return [
    shape.inChannels,
    shape.outChannels,
    shape.stride,
    convShortcut,
    stridedConv,
    convGroups,
    blockOrder,
    weight,
    nonlinearity,
    rsign,
  ].join(" ");
}
