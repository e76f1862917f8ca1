/**
 * Every error the library throws on purpose. The message names the place, what was expected, what came
 * and, where there is one, the remedy, in one sentence each.
 *
 * @example
 * ```ts
 * try {
 *   bars.presetConfig("huge");
 * } catch (error) {
 *   console.log(error instanceof bars.BarsError, error.name); // true ConfigError
 * }
 * ```
 */
export class BarsError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * A setting is unknown or out of range.
 *
 * @example
 * ```ts
 * try {
 *   bars.searchConfig({ epochs: -1 });
 * } catch (error) {
 *   console.log(error.message); // searchConfig: epochs must be an integer of at least 1, got -1.
 * }
 * ```
 */
export class ConfigError extends BarsError {}
/** A tensor has another shape than the layer was built for. */
export class ShapeError extends BarsError {}
/** A data file is missing, truncated or holds impossible values. */
export class DataError extends BarsError {}
/**
 * A genotype breaks the rules of its space.
 *
 * @example
 * ```ts
 * try {
 *   bars.space.validateGenotype({});
 * } catch (error) {
 *   console.log(error instanceof bars.errors.GenotypeError); // true
 * }
 * ```
 */
export class GenotypeError extends BarsError {}
/**
 * A record or checkpoint is of another kind, version or config, or cannot be read or written.
 *
 * @example
 * ```ts
 * try {
 *   bars.readSearchRecord("data/records/none.json");
 * } catch (error) {
 *   console.log(error instanceof bars.errors.RecordError); // true
 * }
 * ```
 */
export class RecordError extends BarsError {}
/** No tensor engine could be started, or the wrong one was asked for. */
export class BackendError extends BarsError {}
/** A tensor engine was asked for by a name that none has. */
export class BackendNameError extends BackendError {}
/**
 * A rule cannot be applied to this record.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * try {
 *   bars.derive(bars.deriveInputOf(record), { rule: "top_k", k: 0 });
 * } catch (error) {
 *   console.log(error instanceof bars.errors.DeriveError, error.message); // true derive: rule "top_k": k must be an integer of at least 1, got 0.
 * }
 * ```
 */
export class DeriveError extends BarsError {}
/** A loss or gradient stopped being a finite number. */
export class DivergenceError extends BarsError {}
/** The user asked a long run to stop; everything needed to resume has been saved. */
export class InterruptedError extends BarsError {}
