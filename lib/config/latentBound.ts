import { later, number } from "./section";

/** How far latent weights may move: a setting of the optimizers of searches and trainings. */
export const latentBound = later(
  number({
    default: 0,
    min: 0,
    meaning:
      "Latent binary weights are held between its negative and itself after every step; 0 leaves them free. Where the weight sign has a window (weightClip, of sign, scale_tensor, scale_filter and bireal), a weight that moves out of it has no gradient any more, and without decay keeps its sign for good; one that is held inside or at its edge can come back. A bound above weightClip does not help; where the weights are real (identity) it holds them, too.",
    source:
      "BinaryConnect, arXiv:1511.00363, at 1; XNOR-Net's code and the binary convolution of aw_nas, the framework of BARS's authors, do the same",
  }),
);
