import { DataError } from "../util/errors";
import type { ChannelStatistics } from "./channelStatistics";

/**
 * The normalised value of every byte, per channel: `table[256 c + p] = (p / 255 − mean_c) / std_c`, computed in
 * float64 and stored as float32. Result: `[channels, 256]`.
 *
 * @throws DataError if there are not `channels` means and standard deviations, or a standard deviation is not
 * above 0.
 */
export function normalizationTable(statistics: ChannelStatistics, channels: number): Float32Array {
  const { mean, std } = statistics;
  if (mean.length !== channels || std.length !== channels) {
    throw new DataError(
      `normalizationTable: expected ${channels} means and standard deviations, one a channel, got ${mean.length} and ${std.length}.`,
    );
  }
  const table = new Float32Array(256 * channels);
  for (let channel = 0; channel < channels; channel++) {
    const centre = mean[channel] as number;
    const spread = std[channel] as number;
    if (!Number.isFinite(centre) || !(spread > 0 && Number.isFinite(spread))) {
      throw new DataError(
        `normalizationTable: channel ${channel} must have a finite mean and a standard deviation above 0, ` +
          `got ${centre} and ${spread}.`,
      );
    }
    for (let byte = 0; byte < 256; byte++) table[256 * channel + byte] = (byte / 255 - centre) / spread;
  }
  return table;
}
