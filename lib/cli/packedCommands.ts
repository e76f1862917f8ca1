import { statSync } from "node:fs";
import { Command } from "commander";
import { classifyPictures } from "../deploy/classifyPictures";
import { readPackedModel } from "../deploy/packedModelFile";
import { inspectPacked } from "../packed/inspectPacked";
import { counted } from "../util/counted";
import { DataError } from "../util/errors";
import { countingNumber, fileAt, places, threadCount } from "./values";

interface RunOptions {
  readonly top: number;
  readonly batch: number;
  readonly threads: number | "all";
  readonly convert: boolean;
  readonly exact: boolean;
  readonly json: boolean;
}

/** `bars run`: what a packed network says of pictures. */
export function runCommand(): Command {
  return new Command("run")
    .description("say what a packed network sees in pictures: files, and folders with some at any depth")
    .argument("<model>", "a .bars file", fileAt)
    .argument("<pictures...>", "JPEG, PNG, WebP, GIF, TIFF or AVIF files, or folders with some", places)
    .option("--top <number>", "likeliest classes of each picture", countingNumber, 5)
    .option("--batch <number>", "pictures read and run at a time", countingNumber, 64)
    .option("--threads <number>", 'threads of the engine, or "all"', threadCount, 1)
    .option("--convert", "read grey pictures as colour, and colour ones as grey, as the network needs", false)
    .option(
      "--exact",
      "refuse pictures of another size instead of resizing them and cutting the centre out",
      false,
    )
    .option("--json", "print one line of JSON for each picture", false)
    .action(run);
}

async function run(file: string, given: string[], options: RunOptions): Promise<void> {
  const { json, ...settings } = options;
  const model = readPackedModel(file);
  let [all, bad] = [0, 0];
  let first = "";
  for await (const answer of classifyPictures(model, given, settings)) {
    all += 1;
    if (json) console.log(JSON.stringify(answer));
    if ("fault" in answer) {
      bad += 1;
      if (first === "") first = `${answer.path} ${answer.fault}`;
      if (!json) console.error(`${answer.path}: ${answer.fault}`);
    } else if (!json) {
      const said = answer.classes.map(
        ({ name, probability }) => `${name} ${(100 * probability).toFixed(1)} %`,
      );
      console.log(`${answer.path}  ${said.join("  ")}`);
    }
  }
  if (bad > 0)
    throw new DataError(
      `bars run: expected pictures that the network can read, got ${bad} of ${counted(all, "picture")} that it cannot; the first: ${first}.`,
    );
}

/** `bars inspect`: what is in a packed network's file. */
export function inspectCommand(): Command {
  return new Command("inspect")
    .description("say what is in a .bars file: header, bytes, and every step with its result and operations")
    .argument("<model>", "a .bars file", fileAt)
    .option("--json", "print header, sizes, steps and tensors as JSON", false)
    .action((file: string, { json }: { json: boolean }) => {
      const model = readPackedModel(file);
      const { sizes, steps, tensors, text } = inspectPacked(model);
      const own = statSync(file).size;
      if (!json) {
        console.log(text);
        if (own !== sizes.bytes)
          console.log(
            `\n${file} is of an earlier version of the format and has ${own.toLocaleString("en-US")} bytes; written again it has those above.`,
          );
        return;
      }
      console.log(
        JSON.stringify(
          { fileBytes: own, header: model.header, sizes, steps: steps.rows, tensors: tensors.rows },
          null,
          1,
        ),
      );
    });
}
