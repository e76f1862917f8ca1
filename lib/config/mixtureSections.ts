import { defaultsOf, integer, number, oneOf, type SettingsOf, section } from "./section";

/** Settings that came later: left out of complete settings at their defaults, so that hashes of earlier ones hold. */
export const mixtureSection = section(
  {
    meaning:
      "Where the mixture computes something else than any of its architectures. At the defaults it does as earlier versions did, and the section is left out.",
  },
  {
    widthMasks: oneOf(["every_tensor", "once"], {
      default: "every_tensor",
      meaning:
        'Where the soft masks of widths are multiplied in. "every_tensor": into every node, cell output and shortcut, so that a channel of mask m on a way of k tensors counts m^k; "once": into what a convolution gives, never into what has its mask already. The same at one-hot widths.',
    }),
    emptyNodes: oneOf(["rescaled", "by_share"], {
      default: "rescaled",
      meaning:
        'What reads a node that little enters. "rescaled": its batch norm makes the faintest sum as large as any; "by_share": with f the probability that something enters it, convolutions read f · bits + (1 − f) · the bits of an empty node (1 without a learnt shift), and the real 1x1 of a cell gives f times as much. The same at one-hot edges. Of block order bn_conv_relu only.',
    }),
  },
);

/** Left out at its defaults, as {@link mixtureSection}. */
export const alphaStartSection = section(
  {
    meaning:
      "When alphas begin to move after the epochs of warm-up. At the defaults at once, and the section is left out.",
  },
  {
    when: oneOf(["warmup_ends", "convolutions_count"], {
      default: "warmup_ends",
      meaning:
        '"convolutions_count": at the first epoch at whose start leaving out the operations with weights, edge by edge, raises the loss on images of the alpha split by more than leaving out none does, the others of the edge sharing its weight; on the mean over edges, by more than twice its standard error.',
    }),
    latest: number({
      default: 0.5,
      min: 0,
      max: 1,
      meaning: "Share of the epochs after which they move in any case.",
    }),
    batches: integer({
      default: 2,
      min: 1,
      unit: "batches",
      meaning: "Batches of the alpha split that this is measured on; each edge takes two passes of each.",
    }),
  },
);

export type MixtureConfig = SettingsOf<typeof mixtureSection.fields>;
export type AlphaStartConfig = SettingsOf<typeof alphaStartSection.fields>;

export const defaultMixtureConfig: MixtureConfig = defaultsOf(mixtureSection);
export const defaultAlphaStartConfig: AlphaStartConfig = defaultsOf(alphaStartSection);
