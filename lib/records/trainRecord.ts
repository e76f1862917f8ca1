import type { BackendInfo } from "../backend";
import type { TrainConfig } from "../config/trainConfig";
import type { Definition } from "../util/variantTable";
import type { ModelSpec } from "./modelSpec";

/** A network on some images, batch norms with their stored statistics. Accuracies are shares in [0, 1]. */
export interface Measurement {
  readonly images: number;
  /** Mean cross entropy with the labels, in nats. */
  readonly loss: number;
  readonly accuracy: number;
}

/** One pass over the training images. */
export interface TrainEpochRecord {
  /** Counted from 0 over both training steps. */
  readonly epoch: number;
  /** 1: binary activations, real kernels (first of two training steps). 2: what the config asks for. */
  readonly phase: 1 | 2;
  /** Means over the epoch as weights moved, on augmented images. The loss is the one that was minimised. */
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  /** On the held-out training images; null where nothing is held out, or this epoch was not measured. */
  readonly validation: Measurement | null;
  /** On all test images, where `evaluation.testEvery` asks for it. Nothing is chosen by it. */
  readonly test: Measurement | null;
  /** At the end of the epoch. */
  readonly learningRate: number;
  /** Of training alone, without measurements. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Largest resident memory of the process so far, in bytes. */
  readonly peakMemoryBytes: number;
  /** Images computed at once: the config's, unless memory ran out. */
  readonly microBatch: number;
}

/** A trained network on the test images, measured once, at the end. */
export interface TestResult extends Measurement {
  readonly correct: number;
  /** Wilson's score interval for the accuracy on images like these, 95 %. It holds nothing of the spread over seeds. */
  readonly interval: readonly [number, number];
  /** "last": after the last epoch. "best": of the epoch that was best on the held-out training images. */
  readonly checkpoint: "last" | "best";
  /** Counted from 0. */
  readonly epoch: number;
  /** Whether batch norms' statistics were taken anew first (`trainRecalibration` says how). */
  readonly recalibrated: boolean;
  /** Share of the images whose label is among the five largest logits; of networks with more than ten classes. */
  readonly topFive?: number;
  /** "exact": without the test images that only approximate the official ones, where the data name such. */
  readonly which: "all" | "exact";
}

/** One network trained from scratch, stored whole. Plain JSON. */
export interface TrainRecord {
  readonly kind: "bars.train-record";
  /** 3; 2 where test results were measured with another recalibration (`trainRecalibration`). */
  readonly schema: 1 | 2 | 3;
  readonly config: TrainConfig;
  readonly model: ModelSpec;
  /** SHA-256 of the canonical JSON of `{ config, model }`. */
  readonly configHash: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly versions: { readonly bars: string; readonly node: string };
  /** Variants of the user's own that the settings name, with their versions; left out where there are none. */
  readonly defined?: readonly Definition[];
  readonly backend: BackendInfo;
  readonly data: {
    readonly name: string;
    /** Where the images came from, and anything a reader must know of them. */
    readonly note: string;
    /** SHA-256 of all images and labels, where the user defined the set. */
    readonly contentHash?: string;
    readonly trainImages: number;
    /** Held out of the training images; 0 for none. */
    readonly validationImages: number;
    readonly testImages: number;
    /** Per-channel mean and standard deviation used for normalisation, of pixels in [0, 1]. */
    readonly mean: readonly number[];
    readonly std: readonly number[];
  };
  /** Of the binary network on one image, one multiply-accumulate = 1, auxiliary classifier left out. */
  readonly cost: {
    readonly flops: number;
    readonly bops: number;
    /** FLOPs + BOPs / 64. */
    readonly ops: number;
    readonly binaryParameters: number;
    readonly realParameters: number;
    /** Stored size: 1 a binary weight, 32 a real number. */
    readonly bits: number;
  };
  /** What the network learnt from besides labels; null without distillation. */
  readonly teacher: {
    readonly configHash: string;
    readonly name: string;
    /** Of its last epoch on all test images. */
    readonly testAccuracy: number;
  } | null;
  readonly status: "running" | "finished" | "interrupted" | "diverged";
  /** For "interrupted" and "diverged": where it stopped and why. */
  readonly statusDetail: string | null;
  readonly epochs: readonly TrainEpochRecord[];
  /** The epoch that was best on the held-out images so far (the first of equals); null where none are held out. */
  readonly best: { readonly epoch: number; readonly accuracy: number } | null;
  /** Empty until finished, and where the training was to leave the test images alone. */
  readonly tests: readonly TestResult[];
}
