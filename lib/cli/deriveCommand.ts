import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { ops } from "../complexity/cost";
import { totalCost } from "../complexity/costTable";
import { deriveInputOf } from "../derive/alphasAt";
import { derive, deriveRules, type RuleChoice } from "../derive/derive";
import { fold, randomKey } from "../random/randomKey";
import { readSearchRecord } from "../run/searchRecordFile";
import { describeGenotype } from "../space/describeGenotype";
import { genotypeHash, genotypeJson } from "../space/genotypeJson";
import { writeFileAtomic } from "../util/atomicFile";
import { ConfigError } from "../util/errors";
import { wholeNumber } from "./searchCommand";

interface Options {
  rule: string;
  option: string[];
  epoch?: number;
  seed: number;
  out?: string;
  list?: boolean;
}

/** `bars derive`: turns a stored search into a genotype by a rule. Needs no tensor engine. */
export function deriveCommand(): Command {
  return new Command("derive")
    .description("derive an architecture from a stored search, at any epoch, by any rule")
    .argument("[run]", "folder of a run, or a record file")
    .option("--rule <name>", `one of ${Object.keys(deriveRules).join(", ")}`, "argmax")
    .option(
      "--option <name=value>",
      "an option of the rule, e.g. k=3 (repeatable)",
      (value, list: string[]) => [...list, value],
      [],
    )
    .option("--epoch <number>", "epoch counted from 0; default: the last", wholeNumber)
    .option("--seed <number>", "for rules that draw", wholeNumber, 0)
    .option("--out <file>", "where the genotype goes; default: genotype-<rule>.json beside the record")
    .option("--list", "list the rules with formula and source")
    .action(run);
}

function run(place: string | undefined, options: Options): void {
  if (options.list) {
    for (const [name, rule] of Object.entries(deriveRules)) {
      console.log(
        `${name}\n  ${rule.formula}\n  source: ${rule.source}\n  options: ${JSON.stringify(rule.defaults)}`,
      );
    }
    return;
  }
  if (place === undefined)
    throw new ConfigError("bars derive: expected the folder of a run, got nothing. Give one, or --list.");
  const path = existsSync(place) && statSync(place).isDirectory() ? join(place, "record.json") : place;
  const record = readSearchRecord(path);
  const input = {
    ...deriveInputOf(record, options.epoch ?? "last"),
    key: fold(randomKey(options.seed), "derive"),
  };
  const derivation = derive(input, { rule: options.rule, ...ruleOptions(options.option) } as RuleChoice);
  const { genotype } = derivation;
  const cost = totalCost(genotype, record.config.binarization);
  const out = options.out ?? join(dirname(path), `genotype-${options.rule}.json`);
  writeFileAtomic(out, `${genotypeJson(genotype)}\n`);
  console.log(describeGenotype(genotype));
  console.log(
    `\nFLOPs ${cost.flops}  BOPs ${cost.bops}  OPs ${ops(cost)}  (per image, one multiply-accumulate = 1)`,
  );
  console.log(`${out}  sha256 ${genotypeHash(genotype).slice(0, 12)}`);
}

function ruleOptions(assignments: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const cut = assignment.indexOf("=");
      if (cut < 1) throw new ConfigError(`--option ${assignment}: expected name=value, e.g. k=3.`);
      const text = assignment.slice(cut + 1);
      return [assignment.slice(0, cut), /^[-+.\deE]+$/.test(text) ? Number(text) : text];
    }),
  );
}
