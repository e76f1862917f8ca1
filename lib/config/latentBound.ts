import { later, number } from "./section";

/** How far latent weights may move: a setting of the optimizers of searches and trainings. */
export const latentBound = later(
  number({
    default: 0,
    min: 0,
    meaning:
      "Latent binary weights are held between its negative and itself after every step; 0 leaves them free. A latent weight that moves out of binarization.weightClip has no gradient any more and keeps its sign for good; one that is held at the window's edge can come back.",
    source: "BinaryConnect, arXiv:1511.00363, at 1; so do the code of XNOR-Net and of BARS's authors",
  }),
);
