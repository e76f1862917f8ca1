import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import type { LatencyTable } from "../cost/latencyTable";
import { deriveInputOf, type StoredEpoch } from "../derive/alphasAt";
import { type Derivation, derive, deriveRules, type NamedRule, ruleNamed } from "../derive/derive";
import { heldText } from "../derive/heldText";
import { fold, type RandomKey, randomKey } from "../random/randomKey";
import type { RaceFit, RaceRecord } from "../records/raceRecord";
import { checkRaceRecord } from "../records/raceRecordFile";
import { kindInJson, otherKind, readRecordJson } from "../records/readRecord";
import type { SearchRecord } from "../records/searchRecord";
import { checkSearchRecord } from "../records/searchRecordFile";
import { describeGenotype } from "../space/describeGenotype";
import type { Genotype } from "../space/genotype";
import { genotypeHash, genotypeJson } from "../space/genotypeJson";
import { writeFileAtomic } from "../util/atomicFile";
import { counted } from "../util/counted";
import { epochIndex, epochNumber } from "../util/epochNumber";
import { ConfigError } from "../util/errors";
import { openProgress } from "../util/progressSinks";
import { latencyAbout, latencyFlag, latencyLines, latencyOf } from "./latencyCommand";
import { parsedValue } from "./overrides";
import { countingNumber, place, several, wholeNumber } from "./values";

interface Options {
  rule?: string;
  option: string[];
  epoch?: StoredEpoch;
  seed: number;
  out?: string;
  list?: boolean;
  latency?: LatencyTable;
}

/** `bars derive`: turns a stored search into a genotype by a rule. Needs no tensor engine, except for a rule that ranks by the supernet. */
export function deriveCommand(): Command {
  return new Command("derive")
    .description("derive an architecture from a stored search, at any epoch, by any rule")
    .argument("[run]", "folder of a run, or a record file", place)
    .option(
      "--rule <name>",
      `one of ${Object.keys(deriveRules).join(", ")}; default: argmax, of a race budget with prune=true: the network of its band that the fitted alphas expect most of`,
    )
    .option("--option <name=value>", "an option of the rule, e.g. k=3 (repeatable)", several, [])
    .option(
      "--epoch <place>",
      "an epoch counted from 1, start (before the first), last, or a mean over epochs such as 10..14; default: the epoch the search chose, else the last",
      epochPlace,
    )
    .option("--seed <number>", "for rules that draw", wholeNumber, 0)
    .option("--out <file>", "where the genotype goes; default: genotype-<rule>.json beside the record")
    .option(latencyFlag, `${latencyAbout}, and rule budget takes --option measure=latency`, latencyOf)
    .option("--list", "list the rules with formula and source")
    .action(run);
}

async function run(given: string | undefined, options: Options): Promise<void> {
  if (options.list) {
    for (const [name, rule] of Object.entries(deriveRules)) console.log(ruleText(name, rule));
    console.log(
      "options of every rule: prune=true leaves out operations that start at a node nothing feeds; of rules that need no checkpoint: initChannels=24 scales the network to other channels than the search had; of rules that decide on cells: layout=expectation for the expected depth and width",
    );
    return;
  }
  if (given === undefined)
    throw new ConfigError("bars derive: expected the folder of a run, got nothing. Give one, or --list.");
  const path = statSync(given).isDirectory() ? join(given, "record.json") : given;
  const record = recordIn(path);
  if (record.kind === "bars.search-record") checkEpoch(record, options.epoch);
  const key = fold(randomKey(options.seed), "derive");
  const usual = record.kind === "bars.race-record" ? { rule: "budget", prune: true } : { rule: "argmax" };
  const rule = options.rule ?? usual.rule;
  const choice = {
    ...(options.rule === undefined ? usual : { rule }),
    ...ruleOptions(options.option),
  } as NamedRule;
  const derivation =
    ruleNamed(rule).needsCheckpoint === true
      ? await bySupernet(path, choice, options.epoch, key)
      : derive({ ...deriveInputOf(record, options.epoch, path), key }, choice);
  const { genotype } = derivation;
  const out = options.out ?? join(dirname(path), `genotype-${rule}.json`);
  const before = options.out === undefined ? keepOther(out, genotype) : null;
  writeFileAtomic(out, `${genotypeJson(genotype)}\n`);
  console.log(describeGenotype(genotype));
  for (const line of derivationLines(derivation, record, options.epoch)) console.log(line);
  console.log(`${out}  sha256 ${genotypeHash(genotype).slice(0, 12)}`);
  if (before !== null) console.log(`the network that was in it, derived before, is kept in ${before}`);
}

/**
 * Keeps what an earlier derivation wrote under the name that none was given for: with other options the same rule derives
 * another network.
 *
 * @returns where it is now; null where there is none, or the same.
 */
function keepOther(path: string, genotype: Genotype): string | null {
  if (!existsSync(path)) return null;
  const text = readFileSync(path, "utf8");
  if (text === `${genotypeJson(genotype)}\n`) return null;
  const kept = path.replace(
    /\.json$/,
    `-${createHash("sha256").update(text).digest("hex").slice(0, 8)}.json`,
  );
  renameSync(path, kept);
  return kept;
}

/** A stored search or a stored race. */
function recordIn(path: string): SearchRecord | RaceRecord {
  const what = "the record of a search or of a race";
  const value = readRecordJson(path, what);
  const kind = kindInJson(value);
  if (kind === "bars.race-record") return checkRaceRecord(value, path);
  if (kind === "bars.search-record") return checkSearchRecord(value, path);
  throw otherKind(value, what, path);
}

function tauText({ tau }: RaceFit): string {
  return tau === null ? "" : `; cross-validated Kendall's tau ${tau.value.toFixed(2)} over all proposals`;
}

function ruleText(name: string, rule: (typeof deriveRules)[keyof typeof deriveRules]): string {
  const needs =
    "needsCheckpoint" in rule && rule.needsCheckpoint ? "\n  needs the checkpoint of the search" : "";
  const options = Object.entries(rule.defaults).filter(([option]) => needs === "" || option !== "method");
  return `${name}\n  ${rule.formula}\n  source: ${rule.source}\n  options: ${JSON.stringify(Object.fromEntries(options))}${needs}`;
}

async function bySupernet(
  path: string,
  choice: NamedRule,
  epoch: StoredEpoch | undefined,
  key: RandomKey,
): Promise<Derivation> {
  const { rule, ...given } = choice as { rule: string } & Record<string, unknown>;
  const known = [...Object.keys(ruleNamed(rule).defaults).filter((name) => name !== "method"), "prune"];
  for (const name of Object.keys(given)) {
    if (!known.includes(name))
      throw new ConfigError(
        `bars derive: rule "${rule}" has no option "${name}". Known options: ${known.join(", ")}.`,
      );
  }
  const at = epoch === undefined ? {} : { epoch };
  const common = { ...given, ...at, progress: openProgress() };
  if (rule === "perturb") {
    const { deriveByPerturbation } = await import("../search/deriveByPerturbation.js");
    return deriveByPerturbation(dirname(path), common);
  }
  const { deriveBySupernet } = await import("../search/deriveBySupernet.js");
  return deriveBySupernet(dirname(path), { ...common, key });
}

function derivationLines(
  { cost, confidence, logProbability, scores, held, warnings }: Derivation,
  record: SearchRecord | RaceRecord,
  epoch: StoredEpoch | undefined,
): string[] {
  const { cells, depth, width } = confidence;
  const margins = [...cells.flat(), ...depth, ...width].filter((margin) => margin !== null);
  const mean = margins.reduce((sum, margin) => sum + margin, 0) / margins.length;
  const chosen = epoch === undefined && "chosen" in record ? record.chosen : null;
  const fit = "fit" in record ? record.fit : null;
  const likely = logProbability === null ? "" : `; ln of its probability ${logProbability.toFixed(2)}`;
  return [
    "",
    ...(chosen
      ? [`alphas of epoch ${epochNumber(chosen.epoch)}, which the search chose: ${chosen.reason}`]
      : []),
    ...(fit
      ? [`alphas fitted to the scores of ${counted(fit.networks, "network")} of a race${tauText(fit)}`]
      : []),
    `FLOPs ${cost.flops}  BOPs ${cost.bops}  OPs ${cost.ops}  (per image, one multiply-accumulate = 1)`,
    ...latencyLines(cost.latencyMs),
    `margin: mean ${mean.toFixed(3)}, smallest ${Math.min(...margins).toFixed(3)} over ${counted(margins.length, "decision")}${likely}`,
    ...(held ? [heldText(held)] : []),
    ...warnings.map(({ text }) => `warning: ${text}`),
    ...(scores
      ? [`accuracies of the samples in the supernet: ${scores.map((s) => s.toFixed(3)).join(", ")}`]
      : []),
  ];
}

/** `7`, `start`, `last` or `3..7`, epochs counted from 1; the result counts them from 0, as records do. */
function epochPlace(text: string): StoredEpoch {
  if (text === "start" || text === "last") return text;
  const window = /^(\d+)\.\.(\d+)$/.exec(text);
  if (!window) return epochIndex(countingNumber(text));
  const [from, to] = [countingNumber(window[1] as string), countingNumber(window[2] as string)];
  if (from > to)
    throw new InvalidArgumentError(`expected a window from an epoch to the same or a later one.`);
  return { from: epochIndex(from), to: epochIndex(to) };
}

/** @throws ConfigError for an epoch that the search has not, in the numbers of `--epoch`. */
function checkEpoch(record: SearchRecord, epoch: StoredEpoch | undefined): void {
  if (epoch === undefined || epoch === "start" || epoch === "last") return;
  const asked = typeof epoch === "number" ? [epoch] : [epoch.from, epoch.to];
  const missing = asked.find((one) => !record.epochs.some((stored) => stored.epoch === one));
  if (missing === undefined) return;
  const count = record.epochs.length;
  const known = count === 0 ? "start (no epoch has ended)" : `start, last or an epoch from 1 to ${count}`;
  throw new ConfigError(`bars derive: --epoch must be ${known}, got ${epochNumber(missing)}.`);
}

function ruleOptions(assignments: readonly string[]): Record<string, unknown> {
  const given = new Map<string, unknown>();
  for (const assignment of assignments) {
    const cut = assignment.indexOf("=");
    if (cut < 1) throw new ConfigError(`--option ${assignment}: expected name=value, e.g. k=3.`);
    const name = assignment.slice(0, cut);
    if (given.has(name))
      throw new ConfigError(`--option ${assignment}: expected each option once, got ${name} before.`);
    given.set(name, parsedValue(assignment.slice(cut + 1), `--option ${assignment}`));
  }
  return Object.fromEntries(given);
}
