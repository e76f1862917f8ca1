import { type Table, table } from "../records/table";
import { counted } from "../util/counted";
import { fileLayout, tensorBytes } from "./fileLayout";
import type { PackedModel } from "./packedModel";
import { programOf } from "./packedModel";
import { outputsOf, type Slot, slotLength } from "./program";
import { plannedTensors } from "./tensors";
import { stepWork } from "./wasm/stepWork";
import { packedModelBytes } from "./writeModel";

/** Bytes of a packed model's file as this version writes it, by what they hold. */
export interface PackedSizes {
  /** The whole file. */
  readonly bytes: number;
  /** JSON text, deflated. */
  readonly headerBytes: number;
  /** Binary weights, 1 bit each, tensors filled up to whole bytes. */
  readonly binaryBytes: number;
  /** Float32 numbers. */
  readonly realBytes: number;
  readonly binaryWeights: number;
  readonly realNumbers: number;
}

/** What is in a packed model. */
export interface PackedInspection {
  readonly sizes: PackedSizes;
  /** One row a step of the program, in the order in which they run. */
  readonly steps: Table;
  /** One row a tensor, in the order of the file. */
  readonly tensors: Table;
  /** Header, sizes and steps to read. */
  readonly text: string;
}

/**
 * What is in a packed model: header, bytes, every step with the form of its result and its multiply-accumulates, every tensor.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ width: 0.125, imageSize: 8 });
 * const model = bars.packed.packDrawn({ kind: "baseline", name: "small", ...network }, bars.randomKey(0));
 * const { sizes, steps } = bars.packed.inspectPacked(model);
 * console.log(sizes.binaryWeights > 0, steps.rows[0].step); // true real_conv
 * ```
 */
export function inspectPacked(model: PackedModel): PackedInspection {
  const sizes = packedSizes(model);
  const steps = stepsTable(model);
  const tensors = tensorsTable(model);
  return { sizes, steps, tensors, text: inspectionText(model, sizes, steps) };
}

/**
 * The bytes of a model's file, counted.
 * @throws RecordError for tensors that do not fit the model.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ width: 0.125, imageSize: 8 });
 * const model = bars.packed.packDrawn({ kind: "baseline", name: "small", ...network }, bars.randomKey(0));
 * const { bytes, binaryBytes, binaryWeights } = bars.packed.packedSizes(model);
 * console.log(bytes > binaryBytes, 8 * binaryBytes >= binaryWeights); // true true
 * ```
 */
export function packedSizes(model: PackedModel): PackedSizes {
  const planned = plannedTensors(model.header.model, model.header.binarization);
  const sum = (kind: "real" | "signs", of: (tensor: (typeof planned)[number]) => number) =>
    planned.filter((tensor) => tensor.kind === kind).reduce((all, tensor) => all + of(tensor), 0);
  const bytes = packedModelBytes(model).length;
  const [binaryBytes, realBytes] = [sum("signs", tensorBytes), sum("real", tensorBytes)];
  return {
    bytes,
    headerBytes: bytes - fileLayout.start - fileLayout.checksum - binaryBytes - realBytes,
    binaryBytes,
    realBytes,
    binaryWeights: sum("signs", ({ length }) => length),
    realNumbers: sum("real", ({ length }) => length),
  };
}

function stepsTable(model: PackedModel): Table {
  const program = programOf(model);
  const rows = program.steps.map((step) => {
    const out = program.slots[outputsOf(step)[0] as number] as Slot;
    const { bops, flops } = stepWork(program, step);
    return {
      layer: step.name,
      step: step.step,
      result: out.kind,
      height: out.height,
      width: out.width,
      channels: out.channels,
      resultBytes: 4 * slotLength(out),
      bops,
      flops,
    };
  });
  const column = (name: string, unit: string | null, description: string) => ({ name, unit, description });
  return table(
    `${model.header.model.name}: steps`,
    [
      column("layer", null, "layer of the network that the step computes, with what was joined to it"),
      column("step", null, "kind of the step"),
      column("result", null, "real: float32 numbers; bits: one bit a value"),
      column("height", "pixels", "of the result"),
      column("width", "pixels", "of the result"),
      column("channels", null, "of the result"),
      column("resultBytes", "bytes", "of the result of one image as the program states it, 32-bit words"),
      column("bops", null, "1-bit multiply-accumulates of one image, those with the border counted"),
      column("flops", null, "real multiply-accumulates of one image"),
    ],
    rows,
    { sources: [], notes: ["One multiply-accumulate is one operation; element-wise work is not counted."] },
  );
}

function tensorsTable(model: PackedModel): Table {
  const planned = plannedTensors(model.header.model, model.header.binarization);
  const column = (name: string, unit: string | null, description: string) => ({ name, unit, description });
  return table(
    `${model.header.model.name}: tensors`,
    [
      column("name", null, "of the tensor in the network"),
      column("kind", null, "real: float32; signs: 1 bit each"),
      column("length", null, "numbers, or signs"),
      column("bytes", "bytes", "in the file"),
    ],
    [...planned.filter(({ kind }) => kind === "real"), ...planned.filter(({ kind }) => kind === "signs")].map(
      (tensor) => ({ ...tensor, bytes: tensorBytes(tensor) }),
    ),
    { sources: [], notes: [] },
  );
}

function inspectionText({ header }: PackedModel, sizes: PackedSizes, steps: Table): string {
  const { model, binarization, classNames, normalization, provenance } = header;
  const whole = (value: number) => value.toLocaleString("en-US");
  const { epochs, data, testAccuracy, recalibrated } = provenance;
  const trained =
    data === null
      ? "not trained by this library"
      : `${epochs === null ? "epochs not known" : counted(epochs, "epoch")} on ${data}${recalibrated ? ", statistics of batch norms taken anew" : ""}; test accuracy ${
          testAccuracy === null
            ? "not measured"
            : `${(100 * testAccuracy).toFixed(2)} % (measured by the training)`
        }`;
  const form = model.kind === "genotype" ? model.genotype.space : model;
  const lines = [
    `${model.name} (${model.kind === "genotype" ? "derived" : "hand-made"}), packed by bars ${provenance.bars}, format ${fileLayout.version}`,
    `reads      ${form.imageSize}x${form.imageSize} pixels, ${form.imageChannels} channels, (pixel / 255 − mean) / std with mean ${normalization.mean.map((v) => v.toFixed(4)).join(" ")}, std ${normalization.std.map((v) => v.toFixed(4)).join(" ")}`,
    `classes    ${classNames.length}: ${classNames.length > 12 ? `${classNames.slice(0, 12).join(", ")}, …` : classNames.join(", ")}`,
    `binarized  activation ${binarization.activation}, weight ${binarization.weight}, order ${binarization.blockOrder}, border ${binarization.border === 1 ? "+1" : "0"}, nonlinearity ${binarization.nonlinearity}`,
    `trained    ${trained}`,
    `file       ${whole(sizes.bytes)} bytes: ${whole(sizes.binaryBytes)} of ${whole(sizes.binaryWeights)} binary weights, ${whole(sizes.realBytes)} of ${whole(sizes.realNumbers)} real numbers, ${whole(sizes.headerBytes)} of header`,
    "",
  ];
  const cells = steps.rows.map((row) => [
    String(row["layer"]),
    String(row["step"]),
    `${row["height"]}x${row["width"]}x${row["channels"]} ${row["result"]}`,
    whole(row["bops"] as number),
    whole(row["flops"] as number),
  ]);
  return [...lines, ...aligned([["layer", "step", "result", "BOPs", "FLOPs"], ...cells])].join("\n");
}

/** Columns of one width; numbers (from the fourth on) to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((row) => (row[c] as string).length)));
  return rows.map((row) =>
    row
      .map((cell, c) => (c < 3 ? cell.padEnd(widths[c] as number) : cell.padStart(widths[c] as number)))
      .join("  ")
      .trimEnd(),
  );
}
