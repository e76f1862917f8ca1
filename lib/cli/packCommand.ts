import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { describeBackend } from "../backend/backendInfo";
import type { PackedComparison } from "../deploy/verifyPacked";
import { cSource, identifierOf } from "../packed/c/cSource";
import { packedSizes } from "../packed/inspectPacked";
import { onnxBytes } from "../packed/onnx/onnxFile";
import { packedModelBytes } from "../packed/writeModel";
import { readTrainRecord } from "../records/trainRecordFile";
import { trainFiles } from "../train/trainFiles";
import { writeFilesAtomic } from "../util/atomicFile";
import { ConfigError, RecordError } from "../util/errors";
import { openProgress } from "../util/progressSinks";
import { startedBackend } from "./startedBackend";
import { backendOption, countingNumber, fileAt, place } from "./values";

interface Options {
  readonly out?: string;
  readonly onnx?: string;
  readonly c?: string;
  readonly checkpoint: "last" | "best" | number;
  readonly names?: string;
  readonly verify: PackedComparison["of"];
  readonly images?: number;
  readonly backend?: string;
}

/** `bars pack`: a trained network as one file of bits. */
export function packCommand(): Command {
  return new Command("pack")
    .description(
      "pack what a training left into one file: 1 bit a binary weight, checked against the float network before it is written",
    )
    .argument("<run>", "folder of a training, or its record or weights", place)
    .option("--out <file>", "where to (default: model.bars in the run's folder)")
    .option("--onnx <file>", "also the float network that it stands for, as ONNX (operator set 13)")
    .option("--c <file>", "also one self-contained C99 header file with weights and inference, e.g. net.h")
    .addOption(
      new Option("--checkpoint <which>", "weights: last, best, or an epoch whose weights were kept, from 1")
        .argParser(checkpointOf)
        .default("last"),
    )
    .option(
      "--names <file>",
      "names of the classes, one a line (default: of the data set, or numbers)",
      fileAt,
    )
    .addOption(
      new Option(
        "--verify <images>",
        "compared on: normal noise from a fixed key, or the training's test images",
      )
        .choices(["drawn", "test"])
        .default("drawn"),
    )
    .option("--images <number>", "how many (default: 64 drawn ones, or all of the test)", countingNumber)
    .addOption(backendOption())
    .action(run);
}

function checkpointOf(text: string): Options["checkpoint"] {
  if (text === "last" || text === "best") return text;
  try {
    // Epochs are counted from 1 where people read and type them.
    return countingNumber(text) - 1;
  } catch {
    throw new InvalidArgumentError(`expected last, best or an epoch from 1, got "${text}".`);
  }
}

/** Of the images, on which the float network and the packed one may differ: rounding may decide signs, of few. */
const fewest = 0.98;

async function run(given: string, options: Options): Promise<void> {
  const { directory, checkpoint } = weightsAt(given, options.checkpoint);
  const { names, verify: of, images } = options;
  const path = options.out ?? join(directory, "model.bars");
  checkTargets([path, options.onnx, options.c]);
  const classNames = names === undefined ? undefined : linesOf(names);
  // What is no training is refused before an engine starts.
  readTrainRecord(trainFiles(directory).record);
  console.log(describeBackend(await startedBackend(options.backend)));
  const { packTrained } = await import("../deploy/packTrained.js");
  const { verifyPacked } = await import("../deploy/verifyPacked.js");
  const model = await packTrained(directory, checkpoint, classNames);
  const progress = openProgress();
  const found = await verifyPacked(model, directory, {
    checkpoint,
    of,
    progress,
    ...(images === undefined ? {} : { images }),
  });
  console.log(comparisonText(found));
  if (found.same < fewest * found.images)
    throw new RecordError(
      `${directory}: the packed network should say what its float network says, of ${found.images} images it does of ${found.same}. Nothing was written.`,
    );
  // Everything is made before anything is written.
  const files: (readonly [string, Uint8Array])[] = [[path, packedModelBytes(model)]];
  if (options.onnx !== undefined) files.push([options.onnx, onnxBytes(model)]);
  const c =
    options.c === undefined ? null : cSource(model, identifierOf(basename(options.c, extname(options.c))));
  if (options.c !== undefined && c !== null) files.push([options.c, new TextEncoder().encode(c.text)]);
  writeFilesAtomic(files.map(([file, bytes]) => [file, [bytes]]));
  for (const [file, bytes] of files) console.log(`${file}  ${bytes.length.toLocaleString("en-US")} bytes`);
  if (c !== null)
    console.log(
      `in C: ${c.prefix}_run, constants of ${c.constantBytes.toLocaleString("en-US")} bytes, ${c.arenaBytes.toLocaleString("en-US")} bytes of static memory`,
    );
  const { binaryWeights, binaryBytes, realNumbers, realBytes, headerBytes } = packedSizes(model);
  const whole = (value: number) => value.toLocaleString("en-US");
  console.log(
    `${whole(binaryWeights)} binary weights in ${whole(binaryBytes)} bytes, ${whole(realNumbers)} real numbers in ${whole(realBytes)}, header ${whole(headerBytes)}`,
  );
}

/** Which weights an argument names: of a folder those asked for, of a file its own. */
function weightsAt(given: string, checkpoint: Options["checkpoint"]) {
  if (statSync(given).isDirectory()) return { directory: given, checkpoint };
  const directory = dirname(given);
  const name = basename(given);
  if (name === "record.json") return { directory, checkpoint };
  const named = /^(last|best)\.safetensors$/.exec(name)?.[1] as "last" | "best" | undefined;
  if (named === undefined || (checkpoint !== "last" && checkpoint !== named))
    throw new ConfigError(
      `${given}: pack takes the folder of a training, its record.json, last.safetensors or best.safetensors; for other weights give the folder and --checkpoint.`,
    );
  return { directory, checkpoint: named };
}

/** @throws ConfigError for two outputs of one place, and for one that is no file. */
function checkTargets(targets: readonly (string | undefined)[]): void {
  const seen = new Set<string>();
  for (const target of targets) {
    if (target === undefined) continue;
    const place = resolve(target);
    if (seen.has(place)) throw new ConfigError(`${target}: two outputs cannot be one file; name another.`);
    seen.add(place);
    const found = existsSync(place) ? statSync(place) : null;
    if (found && !found.isFile())
      throw new ConfigError(`${target}: expected the name of a file to write, found something else there.`);
  }
}

function linesOf(path: string): string[] {
  return readFileSync(path, "utf8")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function comparisonText({ images, of, same, largestDifference, largestLogit, accuracy }: PackedComparison) {
  const share = (value: number) => `${(100 * value).toFixed(2)} %`;
  const right = accuracy
    ? `; right ${share(accuracy.packed)} (packed), ${share(accuracy.float)} (float)`
    : "";
  return `compared with the float network on ${images} ${of === "test" ? "test images" : "images of noise"}: same class of ${same}, logits differ by at most ${largestDifference.toPrecision(2)} (largest logit ${largestLogit.toPrecision(3)})${right}`;
}
