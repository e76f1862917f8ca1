import type { DatasetFacts } from "../../config/datasets";
import type { FolderConfig } from "../../config/folderSection";
import type { Progress } from "../../util/progress";
import type { ChannelStatistics } from "../channelStatistics";
import type { ImageSet } from "../imageSet";

/** Where the images of a data set come from, and how many are wanted. */
export interface ReadOptions {
  /**
   * The folder of the settings: for `read` of a set that users define an absolute path; for the library's own as seen from the
   * working folder, because their notes, which records hold, name it.
   */
  readonly directory: string;
  /** Whether missing files may be downloaded. */
  readonly download: boolean;
  /** Images that will be used, drawn evenly over the classes; 0: all. For sets that are drawn, or read in part. */
  readonly trainImages: number;
  readonly testImages: number;
  readonly progress: Progress;
  /** Of `image-folder`: where its pictures are. */
  readonly folder?: FolderConfig | undefined;
}

/** The images of a set, and what was checked of them, a phrase each. */
export interface CheckedSets {
  readonly train: ImageSet;
  readonly test: ImageSet;
  readonly checked: readonly string[];
  /**
   * SHA-256 of all images and labels, which a record then holds. Of sets that users define; those of the library are
   * known by their name.
   */
  readonly contentHash?: string;
}

/** A data set: one value says what it is, where it is found, and how it is read and checked. */
export interface Dataset extends DatasetFacts {
  /**
   * Mean and standard deviation that pixels are normalised by, or "measured": those of the training images in use.
   */
  readonly normalization: "measured" | ChannelStatistics;
  /**
   * Whether any part of it is in the folder, so that it is to be used, or complained of where it is damaged. Left out:
   * it needs no files.
   */
  readonly isFound?: (directory: string) => boolean;
  /** Makes sure that its files are in the folder. Left out: it needs none, or cannot be fetched. */
  readonly fetch?: (options: ReadOptions) => Promise<void>;
  /** Reads its images, which must be those it should hold. */
  readonly read: (options: ReadOptions) => Promise<CheckedSets>;
}
