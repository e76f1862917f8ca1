import { join } from "node:path";
import type { TrainConfig } from "../config/trainConfig";
import type { ModelSpec } from "../records/modelSpec";
import type { TrainRecord } from "../records/trainRecord";
import { type TrainOptions, train } from "../train/train";
import { ConfigError } from "../util/errors";
import { partOf } from "../util/progress";

/**
 * Trains several networks by one recipe, one after the other, each in a folder of its own,
 * `<directory>/<name>-seed<seed>`. What is finished is not done again; what was stopped goes on.
 *
 * @returns their records, in the order given.
 * @throws ConfigError if two networks share a name.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 40, testImages: 20 };
 * const config = bars.trainPresetConfig("smoke", { data, epochs: 1, batchSize: 10, validationShare: 0 });
 * const { model } = bars.networks.trainTarget("resnet20-bireal-x0.125");
 * const [record] = await bars.experiments.trainNetworks([model], config, { directory: "runs/several" });
 * console.log(record.model.name, record.status); // resnet20-bireal-x0.125 finished
 * ```
 */
export async function trainNetworks(
  models: readonly ModelSpec[],
  config: TrainConfig,
  options: TrainOptions,
): Promise<TrainRecord[]> {
  const names = models.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new ConfigError(
      `trainNetworks: two networks are called "${twice}"; their runs would share a folder. Give each a name of its own.`,
    );
  }
  const records: TrainRecord[] = [];
  for (const model of models) {
    const directory = join(options.directory, `${model.name}-seed${config.seed}`);
    const whole = { name: "networks", before: records.length, own: 1, total: models.length };
    const progress = options.progress ? { progress: partOf(options.progress, whole) } : {};
    records.push(
      await train(config, model, { ...options, ...progress, directory, title: `${model.name}: ` }),
    );
  }
  return records;
}
