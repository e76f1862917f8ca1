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
/**
 * A tensor has another shape than the layer was built for.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * await bars.train(bars.trainConfig({ data, batchSize: 8, epochs: 2 }), model, { directory: "runs/tiny-train" });
 * const { network } = await bars.networks.trainedNetwork("runs/tiny-train");
 * try {
 *   network.outputs(bars.tf.zeros([1, 8, 8, 3]), { training: false, edeT: 1 });
 * } catch (error) {
 *   console.log(error.message); // tiny: expected images of shape [batch, 32, 32, 3], got [1, 8, 8, 3].
 * }
 * network.dispose();
 * ```
 */
export class ShapeError extends BarsError {}
/**
 * A data file is missing, truncated or holds impossible values.
 *
 * @example
 * ```ts
 * try {
 *   await bars.loadData({ ...bars.config.dataConfig({ dataset: "cifar10" }), directory: "runs/nothing" }, bars.randomKey(0));
 * } catch (error) {
 *   console.log(error instanceof bars.errors.DataError); // true
 * }
 * ```
 */
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
/**
 * What was named holds no record: there is no such file, or no run has begun in the folder.
 *
 * @example
 * ```ts
 * try {
 *   bars.readTrainRecord("data/records/record.json");
 * } catch (error) {
 *   console.log(error instanceof bars.errors.NoRecordError); // true
 * }
 * ```
 */
export class NoRecordError extends RecordError {}
/**
 * No tensor engine could be started, or the wrong one was asked for.
 *
 * @example
 * ```ts
 * console.log(new bars.errors.BackendNameError("no such engine") instanceof bars.errors.BackendError); // true
 * ```
 */
export class BackendError extends BarsError {}
/**
 * A tensor engine was asked for by a name that none has.
 *
 * @example
 * ```ts
 * try {
 *   await bars.startBackend("abacus");
 * } catch (error) {
 *   console.log(error instanceof bars.errors.BackendNameError); // true
 * }
 * ```
 */
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
/**
 * A loss or gradient stopped being a finite number.
 *
 * @example
 * ```ts
 * const error = new bars.errors.DivergenceError("the loss is not finite");
 * console.log(error instanceof bars.BarsError); // true
 * ```
 */
export class DivergenceError extends BarsError {}
/**
 * The user asked a long run to stop; everything needed to resume has been saved.
 *
 * @example
 * ```ts
 * const space = { initChannels: 4, cellLayout: [0, 1, 0], steps: 1 };
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const config = bars.searchConfig({ space, data, batchSize: 8, epochs: 2, warmupEpochs: 1 });
 * try {
 *   await bars.search(config, { directory: "runs/stopped", signal: AbortSignal.abort() });
 * } catch (error) {
 *   console.log(error instanceof bars.errors.InterruptedError); // true
 * }
 * ```
 */
export class InterruptedError extends BarsError {}
