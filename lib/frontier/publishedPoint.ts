import { deepFreeze } from "../config/check";
import { type ComparedMeasure, ops } from "../cost/cost";
import { type CostConvention, conventionText, costConventions, fromConvention } from "../cost/costConvention";
import { ConfigError } from "../util/errors";

/**
 * A number someone else published, in the library's convention (one multiply-accumulate = 1). It may be shown beside
 * what was measured here, and is never part of a front or of an area: other recipes, images and seeds.
 */
export interface PublishedPoint {
  readonly name: string;
  /** Null where the source does not give it. */
  readonly flops: number | null;
  readonly bops: number | null;
  readonly ops: number | null;
  /** Share in [0, 1]. */
  readonly accuracy: number;
  /** Where it can be looked up: paper with table, or address. */
  readonly source: string;
  /** How the source counts; the costs above have been converted from it. */
  readonly convention: CostConvention;
}

const fields = ["name", "flops", "bops", "ops", "accuracy", "source", "convention"] as const;

/**
 * Checks a published point as a user gives it (costs in the source's own convention) and converts it. `ops` is filled
 * in where the source gives FLOPs and BOPs apart.
 *
 * @throws ConfigError without source or convention, for unknown fields, an accuracy outside (0, 1] (per cent, for
 * one) and without any cost.
 *
 * @example
 * ```ts
 * const point = { name: "theirs", bops: 4e5, accuracy: 0.9, source: "Nobody 2000", convention: "awnas" };
 * console.log(bars.frontier.publishedPoint(point).bops); // 200000
 * ```
 */
export function publishedPoint(value: unknown, place = "publishedPoint"): PublishedPoint {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConfigError(`${place}: expected an object, got ${JSON.stringify(value)}.`);
  }
  const given = value as Record<string, unknown>;
  for (const key of Object.keys(given)) {
    if (!fields.includes(key as (typeof fields)[number]))
      throw new ConfigError(`${place}: unknown key "${key}". Known keys: ${fields.join(", ")}.`);
  }
  const { name, source, convention, accuracy } = given;
  const text = (key: string, field: unknown, what: string) => {
    if (typeof field === "string" && field.trim() !== "") return field;
    throw new ConfigError(
      `${place}: a published point needs ${key} (${what}), got ${JSON.stringify(field)}.`,
    );
  };
  const called = text("name", name, "what to call it");
  const cited = text("source", source, "paper and table, or address");
  if (!costConventions.includes(convention as CostConvention)) {
    const known = costConventions.map((one) => `"${one}": ${conventionText[one]}`).join("; ");
    throw new ConfigError(
      `${place}: a published point needs convention, how its source counts (${known}), got ${JSON.stringify(convention)}.`,
    );
  }
  if (!(typeof accuracy === "number" && accuracy > 0 && accuracy <= 1)) {
    throw new ConfigError(`${place}: accuracy must be a share in (0, 1], got ${JSON.stringify(accuracy)}.`);
  }
  const cost = (key: ComparedMeasure) => {
    const count = given[key] ?? null;
    if (count === null || (typeof count === "number" && Number.isFinite(count) && count >= 0))
      return count as number | null;
    throw new ConfigError(`${place}: ${key} must be a number of operations, got ${JSON.stringify(count)}.`);
  };
  const stated = { flops: cost("flops"), bops: cost("bops"), ops: cost("ops") };
  if (stated.flops === null && stated.bops === null && stated.ops === null) {
    throw new ConfigError(`${place}: a published point needs at least one of flops, bops and ops, got none.`);
  }
  const counted = convention as CostConvention;
  const both = stated.flops !== null && stated.bops !== null;
  const known = fromConvention({ flops: stated.flops ?? 0, bops: stated.bops ?? 0 }, counted);
  // OPs = FLOPs + BOPs / 64 is linear, so they convert as FLOPs do.
  const knownOps = stated.ops === null ? null : fromConvention({ flops: stated.ops, bops: 0 }, counted).flops;
  return deepFreeze({
    name: called,
    flops: stated.flops === null ? null : known.flops,
    bops: stated.bops === null ? null : known.bops,
    ops: knownOps ?? (both ? ops(known) : null),
    accuracy,
    source: cited,
    convention: counted,
  });
}

/** What a published point costs in a measure; null where it is not stated. Nobody else's time is of this machine. */
export function publishedCost(point: PublishedPoint, measure: ComparedMeasure): number | null {
  return measure === "latency" ? null : point[measure];
}
