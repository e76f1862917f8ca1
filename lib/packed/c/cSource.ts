import { ConfigError, RecordError } from "../../util/errors";
import { checkHeader } from "../headerShape";
import { type PackedHeader, type PackedModel, programOf } from "../packedModel";
import type { Program } from "../program";
import { kernelTexts } from "./cKernels";
import { CSteps } from "./cSteps";
import { CConstants, commentText, stringText } from "./cText";
import { planArena } from "./planArena";

/** A packed model as C. */
export interface CSource {
  /** The file. */
  readonly text: string;
  /** What its names begin with. */
  readonly prefix: string;
  /** Bytes of its constants where it runs. */
  readonly constantBytes: number;
  /** Bytes of memory that it works in, image and logits left out. */
  readonly arenaBytes: number;
}

/**
 * A packed model as one self-contained C99 header file: its weights, 1 bit a binary one, and a function that computes logits, without
 * memory from the heap and without a library. In one file of a project `PREFIX_IMPLEMENTATION` is defined before it is included; then
 * `prefix_run(image, logits)` works in static memory of a stated size, `prefix_run_in` in the caller's.
 *
 * The logits are those of the reference engine, bit for bit, wherever float is IEEE 754 single precision and the compiler keeps to
 * the order of operations (not with -ffast-math): products and sums are rounded one by one, which the file asks of gcc and clang itself.
 *
 * @param prefix of all names, a C identifier; by default made of the model's name.
 * @throws ConfigError for a prefix that is no C identifier; RecordError for tensors that do not fit the model or are not finite, and for a
 * header that a file could not hold.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ width: 0.125, imageSize: 8 });
 * const model = bars.packed.packDrawn({ kind: "baseline", name: "small net", ...network }, bars.randomKey(0));
 * const { text, prefix } = bars.packed.cSource(model);
 * console.log(prefix, text.includes("void small_net_run(const float *image, float *logits);")); // small_net true
 * ```
 */
export function cSource(model: PackedModel, prefix = identifierOf(model.header.model.name)): CSource {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(prefix))
    throw new ConfigError(
      `cSource: the prefix must be a C identifier that begins with a letter, got ${JSON.stringify(prefix)}.`,
    );
  checkHeader(model.header, "cSource: header");
  for (const [name, tensor] of model.tensors) {
    const wrong = tensor.findIndex((value: number) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new RecordError(
        `cSource: "${name}" should hold finite numbers, got ${tensor[wrong]} at place ${wrong}.`,
      );
  }
  const program = programOf(model);
  const arenas = { real: planArena(program, "real"), bits: planArena(program, "bits") };
  const constants = new CConstants(prefix);
  const steps = new CSteps(program, constants, prefix, arenas);
  const calls = program.steps.flatMap((step) => [
    `  /* ${commentText(step.name)} */`,
    ...steps.call(step).map((line) => `  ${line}`),
  ]);
  const sizes = { reals: arenas.real.length, bits: arenas.bits.length, constantBytes: constants.bytes };
  const text = [
    introduction(model.header, prefix, sizes),
    declarations(model.header, program, prefix, sizes),
    implementation(model.header, prefix, constants.text, kernelTexts(steps.kernels, prefix), calls),
  ].join("\n\n");
  return { text, prefix, constantBytes: constants.bytes, arenaBytes: 4 * (sizes.reals + sizes.bits) };
}

/** A C identifier that looks like a name. */
export function identifierOf(name: string): string {
  const letters = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  return /^[a-z]/.test(letters) ? letters : `net_${letters}`.replace(/_$/, "");
}

interface Sizes {
  readonly reals: number;
  readonly bits: number;
  readonly constantBytes: number;
}

function introduction({ model, provenance }: PackedHeader, prefix: string, sizes: Sizes): string {
  const upper = prefix.toUpperCase();
  const { data, epochs, testAccuracy, configHash } = provenance;
  const trained =
    data === null
      ? "not trained by bars"
      : `trained on ${data}${epochs === null ? "" : `, epochs ${epochs}`}${testAccuracy === null ? "" : `, test accuracy ${testAccuracy} (measured by the training)`}${configHash === null ? "" : `, settings ${configHash.slice(0, 12)}`}`;
  return `/*
 * ${commentText(`${model.name}, a binary network packed by bars ${provenance.bars}; ${trained}`)}.
 *
 * In one file:  #define ${upper}_IMPLEMENTATION
 *               #include "${prefix}.h"
 * Then:         ${prefix}_normalise(pixels, image); ${prefix}_run(image, logits);
 *
 * Constants take ${sizes.constantBytes} bytes, work takes ${4 * (sizes.reals + sizes.bits)} bytes of static memory (with ${upper}_NO_STATIC_MEMORY: the caller's,
 * ${prefix}_run_in). Nothing is allocated. ${prefix}_run is for one thread at a time, ${prefix}_run_in for any number.
 *
 * C99, or C++11. Logits are those of the reference engine of bars bit for bit where float is IEEE 754 single precision,
 * not with -ffast-math: products and sums are rounded one by one (asked of gcc and clang below; of another compiler,
 * switch the contraction of products and sums off).
 */`;
}

function declarations(header: PackedHeader, program: Program, prefix: string, sizes: Sizes): string {
  const upper = prefix.toUpperCase();
  const { imageSize, imageChannels, classes } = program;
  return `#ifndef ${upper}_H
#define ${upper}_H

#include <stdint.h>

#define ${upper}_IMAGE_SIZE ${imageSize}
#define ${upper}_IMAGE_CHANNELS ${imageChannels}
#define ${upper}_CLASSES ${classes}
/* Entries that ${prefix}_run_in works in, and all their bytes. */
#define ${upper}_REALS ${Math.max(sizes.reals, 1)}
#define ${upper}_WORDS ${Math.max(sizes.bits, 1)}
#define ${upper}_MEMORY_BYTES (4 * (${upper}_REALS + ${upper}_WORDS))

#ifdef __cplusplus
extern "C" {
#endif

extern const char *const ${prefix}_class_names[${upper}_CLASSES];

/* Pixels 0 ... 255, rows from the top, channels side by side, to what the network reads: (pixel / 255 - mean) / std. */
void ${prefix}_normalise(const uint8_t *pixels, float *image);

/* image: ${imageSize} x ${imageSize} x ${imageChannels} normalised values, channels side by side. logits: ${classes} values, the largest is the answer. */
#ifndef ${upper}_NO_STATIC_MEMORY
void ${prefix}_run(const float *image, float *logits);
#endif
void ${prefix}_run_in(const float *image, float *logits, float *reals, uint32_t *bits);

#ifdef __cplusplus
}
#endif

#endif /* ${upper}_H, made for ${commentText(header.model.name)} */`;
}

function implementation(
  { classNames, normalization }: PackedHeader,
  prefix: string,
  constants: string,
  kernels: string,
  calls: readonly string[],
): string {
  const upper = prefix.toUpperCase();
  const channels = normalization.mean.length;
  const numbers = (values: readonly number[]) =>
    values.map((value) => (Number.isInteger(value) ? `${value}.0` : `${value}`)).join(", ");
  return `#if defined(${upper}_IMPLEMENTATION) && !defined(${upper}_IMPLEMENTED)
#define ${upper}_IMPLEMENTED

#include <math.h>

/* Products and sums are rounded one by one. */
#if defined(__clang__)
#define ${prefix}_EXACT _Pragma("STDC FP_CONTRACT OFF")
#else
#define ${prefix}_EXACT
#if defined(__GNUC__)
#pragma GCC push_options
#pragma GCC optimize("fp-contract=off")
#endif
#endif

${constants}

${kernels}

const char *const ${prefix}_class_names[${upper}_CLASSES] = { ${classNames.map(stringText).join(", ")} };

void ${prefix}_normalise(const uint8_t *pixels, float *image) {
  static const double mean[${channels}] = { ${numbers(normalization.mean)} };
  static const double std[${channels}] = { ${numbers(normalization.std)} };
  long i;
  for (i = 0; i < (long)${upper}_IMAGE_SIZE * ${upper}_IMAGE_SIZE * ${channels}; i++)
    image[i] = (float)((pixels[i] / 255.0 - mean[i % ${channels}]) / std[i % ${channels}]);
}

void ${prefix}_run_in(const float *image, float *logits, float *reals, uint32_t *bits) {
${calls.join("\n")}
  (void)reals;
  (void)bits;
}

#ifndef ${upper}_NO_STATIC_MEMORY
void ${prefix}_run(const float *image, float *logits) {
  static float reals[${upper}_REALS];
  static uint32_t bits[${upper}_WORDS];
  ${prefix}_run_in(image, logits, reals, bits);
}
#endif

#undef ${prefix}_EXACT
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#endif

#endif /* ${upper}_IMPLEMENTATION */
`;
}
