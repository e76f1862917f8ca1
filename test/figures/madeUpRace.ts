import { choicePlaces, fitAlphas } from "../../lib/analysis/fitAlphas";
import { type RaceConfig, racePresetConfig } from "../../lib/config/raceConfig";
import { ops } from "../../lib/cost/cost";
import { totalCost } from "../../lib/cost/costTable";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import type { RaceNetwork, RaceOrigin, RaceRecord } from "../../lib/records/raceRecord";
import { raceHash } from "../../lib/records/raceRecordShape";
import { entrants, rungsOf, sound, withStatus } from "../../lib/records/raceStandings";
import { alphaCount } from "../../lib/space/alphaShapes";
import { genotypeHash } from "../../lib/space/genotypeJson";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { oncePer } from "../helpers/oncePer";

/** A race that nobody ran: scores are additive in the choices, with noise that falls from rung to rung. Made once in a process. */
export function madeUpRace(
  size: "tiny" | "usual" = "usual",
  rungsRun = Number.POSITIVE_INFINITY,
): RaceRecord {
  return raceOf[size](rungsRun);
}

const raceOf = {
  tiny: oncePer((rungsRun: number) => newRace("tiny", rungsRun)),
  usual: oncePer((rungsRun: number) => newRace("usual", rungsRun)),
};

function newRace(size: "tiny" | "usual", rungsRun: number): RaceRecord {
  const sizes = { networks: 96, keep: [32, 12, 4, 2] };
  const config: RaceConfig =
    size === "tiny" ? racePresetConfig("smoke") : racePresetConfig("laptop", { rungs: sizes });
  const { space } = config;
  const key = randomKey(0);
  const effects = normal(fold(key, "effects"), alphaCount(space));
  const rungs = rungsOf(config);
  const kinds: readonly RaceOrigin["kind"][] = ["random", "mutation", "fitted"];
  let networks: RaceNetwork[] = Array.from({ length: config.rungs.networks }, (_, index) => {
    const genotype = randomGenotype(space, fold(key, index));
    const cost = totalCost(genotype);
    const first = index < config.rungs.networks / 2;
    const kind = first ? "random" : (kinds[1 + (index % 2)] as RaceOrigin["kind"]);
    return {
      ...{ index, hash: genotypeHash(genotype), genotype, cost: { ...cost, ops: ops(cost) } },
      origin: { kind, generation: first ? 0 : 1, parent: kind === "mutation" ? 0 : null },
      ...{ results: [], status: "racing" },
    };
  });
  const quality = ({ genotype }: RaceNetwork) =>
    choicePlaces(space, genotype).reduce((sum, at) => sum + (effects[at] as number), 0) / 8;
  for (const { rung } of rungs.slice(0, rungsRun)) {
    const own = new Set(entrants(config, networks, rung).map(({ index }) => index));
    networks = networks.map((network) => {
      if (!own.has(network.index)) return network;
      const noise = (normal(fold(fold(key, `rung ${rung}`), network.index), 1)[0] as number) / (rung + 2);
      const good = quality(network) + noise;
      const steps = rung === 0 ? config.rungs.steps : 703 * (config.rungs.epochs[rung - 1] as number);
      const loss = { from: Math.max(0, steps - 100), to: steps, mean: 1.93 - 0.05 * good - 0.1 * rung };
      const accuracy = Math.min(0.99, Math.max(0.01, 0.3 + 0.06 * rung + 0.03 * good));
      const heldOut = rung === 0 ? null : { images: 5000, loss: 2 - accuracy, accuracy };
      const score = heldOut === null ? -loss.mean : accuracy;
      return {
        ...network,
        results: [
          ...network.results,
          { rung, steps, score, loss, heldOut, seconds: 20 * (rung + 1), diverged: null },
        ],
      };
    });
  }
  const last = sound(networks, rungs.length - 1)[0];
  const scored = networks.map(({ genotype, results }) => ({ genotype, score: results[0]?.score as number }));
  return {
    ...{ kind: "bars.race-record", schema: 1, config, own: [], configHash: raceHash(config, []) },
    ...{ createdAt: "2026-01-02T03:04:05.000Z", updatedAt: "2026-01-02T04:04:05.000Z" },
    versions: { bars: "0.1.0", node: "20.0.0" },
    backend: { name: "onnx", version: "1.0.0", device: "cpu", threads: 1, passedOver: [] },
    data: {
      ...{ name: "CIFAR-10", note: "", trainImages: 45_000, validationImages: 5000, testImages: 10_000 },
      ...{ mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] },
    },
    ...{ status: last ? "finished" : "running", statusDetail: null, seconds: 3600 },
    draws: { made: 1000, outsideBand: 900, again: 4 },
    networks: withStatus(config, networks),
    fit: fitAlphas(space, scored),
    winner: last?.index ?? null,
    tests: [],
  };
}
