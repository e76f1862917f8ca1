import { type RaceConfig, type RaceMeasure, raceConfig } from "../config/raceConfig";
import type { Genotype } from "../space/genotype";
import { genotypeHash } from "../space/genotypeJson";
import { hashJson } from "../util/canonicalJson";
import { RecordError } from "../util/errors";
import {
  acceptedBy,
  amount,
  count,
  finite,
  listOf,
  nullable,
  numberIn,
  objectOf,
  oneOf,
  optional,
  pairOf,
  sha256Text,
  text,
  timeText,
  wholeFrom,
} from "../util/shape";
import type { RaceFit, RaceNetwork, RaceOrigin, RaceRecord, RaceResult } from "./raceRecord";
import { bestOf, isComplete, isDecided, rungsOf, seedsAgain } from "./raceStandings";
import {
  alphasShape,
  backendShape,
  checkAlphasOf,
  checkBelow,
  checkFinished,
  checkNumbered,
  definedShape,
  genotypeShape,
  versionsShape,
} from "./recordShapes";
import { measurementShape, testResultShape, trainDataShape } from "./trainRecordShape";

const correlation = numberIn(-1, 1);

const resultShape = objectOf<RaceResult>({
  rung: count,
  steps: count,
  score: nullable(finite),
  loss: nullable(objectOf<NonNullable<RaceResult["loss"]>>({ from: count, to: count, mean: finite })),
  heldOut: nullable(measurementShape),
  seconds: amount,
  diverged: nullable(text),
});

const costShape = objectOf<Record<RaceMeasure, number>>({
  bops: amount,
  flops: amount,
  ops: amount,
  elementwise: amount,
  realParams: amount,
  binaryParams: amount,
  bits: amount,
});

const networkShape = objectOf<RaceNetwork>({
  index: count,
  hash: sha256Text,
  genotype: genotypeShape,
  cost: costShape,
  origin: objectOf<RaceOrigin>({
    kind: oneOf(["own", "alphas", "random", "mutation", "fitted"]),
    generation: count,
    parent: nullable(count),
  }),
  results: listOf(resultShape),
  again: optional(listOf(resultShape)),
  status: oneOf(["racing", "out", "diverged", "winner"]),
});

const fitShape = objectOf<RaceFit>({
  method: oneOf(["race"]),
  networks: wholeFrom(1),
  alphas: alphasShape,
  deviations: alphasShape,
  lambda: amount,
  scoreMean: finite,
  scoreDeviation: amount,
  offset: optional(finite),
  residual: amount,
  tau: nullable(
    objectOf<NonNullable<RaceFit["tau"]>>({
      value: correlation,
      interval: nullable(pairOf(correlation)),
      folds: wholeFrom(2),
    }),
  ),
});

/** Every field of the record of a race. */
export const raceRecordShape = objectOf<RaceRecord>({
  kind: oneOf(["bars.race-record"]),
  schema: oneOf([1, 2, 3]),
  config: acceptedBy<RaceConfig>(raceConfig),
  own: listOf(genotypeShape),
  configHash: sha256Text,
  createdAt: timeText,
  updatedAt: timeText,
  versions: versionsShape,
  defined: optional(definedShape),
  backend: backendShape,
  data: trainDataShape,
  status: oneOf(["running", "finished", "interrupted", "failed"]),
  statusDetail: nullable(text),
  seconds: amount,
  draws: objectOf<RaceRecord["draws"]>({ made: count, outsideBand: count, again: count }),
  networks: listOf(networkShape),
  fit: nullable(fitShape),
  winner: nullable(count),
  tests: listOf(testResultShape),
});

/** What fields say of each other. @throws RecordError for the first that do not agree. */
export function checkRaceParts(record: RaceRecord, place: string): void {
  const { config, networks, winner, fit, draws } = record;
  const { imageChannels } = config.space;
  listOf(finite, imageChannels).check(record.data.mean, `${place}: data.mean`);
  listOf(finite, imageChannels).check(record.data.std, `${place}: data.std`);
  const most = config.rungs.networks + 1;
  checkBelow(networks.length, most, "rungs.networks and one", `${place}: networks.length`);
  checkNumbered(networks, "index", `${place}: networks`);
  checkBelow(winner, networks.length, "the networks that are there", `${place}: winner`);
  checkBelow(
    draws.outsideBand + draws.again,
    draws.made + 1,
    "draws.made and one",
    `${place}: draws in no rung`,
  );
  for (const network of networks) checkNetwork(network, config, `${place}: networks[${network.index}]`);
  checkRacedOut(record, place);
  if (fit === null) return;
  checkAlphasOf(config.space, fit.alphas, `${place}: fit.alphas`);
  checkAlphasOf(config.space, fit.deviations, `${place}: fit.deviations`);
  checkBelow(fit.networks, networks.length + 1, "the networks and one", `${place}: fit.networks`);
}

/** What is written of a race that is finished: all its networks, all rungs run, and the best of the last, or of its trainings with other seeds, as its winner. */
function checkRacedOut({ config, status, networks, winner }: RaceRecord, place: string): void {
  checkFinished(status, networks.length, config.rungs.networks, place, "network");
  if (status !== "finished") return;
  const rungs = rungsOf(config);
  const complete = rungs.filter(({ rung }) => isComplete(config, networks, rung)).length;
  checkFinished(status, complete, rungs.length, place, "rung");
  if (!isDecided(config, networks))
    throw new RecordError(
      `${place}: status must be "finished" only once every network of the last rung has trained with ${seedsAgain(config)} other seeds (rungs.again).`,
    );
  const best = bestOf(config, networks)?.index ?? null;
  const by = seedsAgain(config) === 0 ? "the last rung" : "the trainings with other seeds";
  if (winner !== best)
    throw new RecordError(
      `${place}: winner must be the best network of ${by}, ${best ?? "none"}, got ${winner ?? "none"}.`,
    );
}

function checkNetwork(
  { index, hash, genotype, origin, results, again = [] }: RaceNetwork,
  config: RaceConfig,
  at: string,
): void {
  const { rungs } = config;
  checkBelow(origin.parent, index, "its own index", `${at}.origin.parent`);
  checkNumbered(results, "rung", `${at}.results`);
  checkBelow(results.length, rungs.keep.length + 2, "the rungs and one", `${at}.results.length`);
  const own = genotypeHash(genotype as Genotype);
  if (hash !== own)
    throw new RecordError(
      `${at}.hash must be the hash of its genotype, "${own.slice(0, 12)}…", got "${hash.slice(0, 12)}…".`,
    );
  checkBelow(again.length, seedsAgain(config) + 1, "rungs.again and one", `${at}.again.length`);
  const last = rungs.keep.length;
  const through = results[last]?.diverged === null;
  if (again.some(({ rung }) => rung !== last) || (again.length > 0 && !through))
    throw new RecordError(
      `${at}.again must hold trainings to the end of the last rung (${last}), of a network that ran it, got rungs ${again.map(({ rung }) => rung).join(", ")} of one that ran ${results.length}.`,
    );
  const all = [
    ...results.map((result, i) => ({ result, where: `results[${i}]` })),
    ...again.map((result, i) => ({ result, where: `again[${i}]` })),
  ];
  for (const { result, where } of all) {
    const { rung, score, loss, diverged, heldOut } = result;
    if (loss) checkBelow(loss.from, loss.to, "loss.to", `${at}.${where}.loss.from`);
    const whole = diverged === null ? score !== null && loss !== null : score === null;
    if (!whole || (diverged === null && rung > 0 && heldOut === null))
      throw new RecordError(
        `${at}.${where} must hold a score and what it is made of, or say why the training diverged, got neither or both.`,
      );
  }
}

/** SHA-256 that names a race: of its settings and of the networks its user entered. */
export function raceHash(config: RaceConfig, own: readonly Genotype[]): string {
  return hashJson({ config, own });
}
